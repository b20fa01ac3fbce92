import type { Unit } from '../../core/units.ts';
import type { Interval } from '../statistics/interval.ts';
import type { Marked } from '../marks.ts';
import type { Stretch } from '../statistics/trend.ts';

/**
 * `changed`: there is a step or a creep of the least effect or more. `steady`: there is none, and a step of the least
 * effect would show. `unclear`: none is shown, but the noise would hide one. `too-few`: no change could be shown yet.
 */
export type TrendVerdict = 'changed' | 'steady' | 'unclear' | 'too-few';

export interface HistoryOptions {
  /** Ids of metrics, or parts of them with `*`; none: those that are compared by default. */
  metrics: readonly string[];
  /** The least relative change that counts: 0.05 is 5 %. */
  minEffect: number;
  /** Bound on the share of false changes among all changes found, over all series. */
  alpha: number;
  seed: number;
}

/** A record as findings and pages refer to it. Text of the record is plain lines here. */
export interface RecordReference {
  id: string;
  startedAt: string;
  /** Version of twinboot. */
  tool: string;
  /** SHA-256 of the image's disk file. */
  digest: string;
  imageName: string;
  imageKernel: string;
}

export interface HistoryPoint {
  record: RecordReference;
  /** How many measured rounds gave a value; 1 and more. */
  n: number;
  /** In the series' unit. */
  median: number;
  /** 95 %, of the median; absent for one value. */
  interval?: Interval;
}

export interface Change {
  kind: 'step' | 'creep';
  /** Against the metric's better direction, along it, or neither. */
  direction: 'worse' | 'better' | 'neither';
  /** Relative, over the whole change; absent where it was from 0. */
  change?: number;
  /** Creeps: relative, from one record to the next. */
  perRecord?: number;
  /** The level before it and after it, in the series' unit. */
  from: number;
  to: number;
  /** Steps: 95 % bootstrap interval of the ratio of the levels. */
  interval?: Interval;
  /** Positions of points: a step's last record before and first after it; a creep's first and last record. */
  before: number;
  after: number;
  /** What differs between those two records, in plain words: the likely causes. Empty where nothing recorded does. */
  causes: string[];
}

export interface Finding {
  verdict: TrendVerdict;
  /** In order of time. */
  changes: Change[];
  /** Every point is in one of them. */
  stretches: Stretch[];
  /** Of the permutation test over the whole series; absent for too few records. */
  p?: number;
  /** `too-few`: how many records could show a change. */
  needed?: number;
  /**
   * The relative step in the middle that would be found nine times in ten; absent for too few records or a level of 0.
   */
  smallestStep?: number;
}

/** One metric of one runtime, or of a VM over a container, in one environment, in order of time. */
export interface HistorySeries extends Marked {
  scenario: string;
  metric: string;
  title: string;
  unit: Unit | 'ratio';
  better: 'lower' | 'higher' | 'none';
  /** RuntimeDescription.id; of a ratio `<vm id> / <container id>`. */
  subject: string;
  kind: 'container' | 'vm' | 'vm-over-container';
  /**
   * What sets this environment apart from the others of the subject, `kernel 6.1.0-18`; absent where there is one only.
   */
  environment?: string;
  /** One at least, oldest first. */
  points: HistoryPoint[];
  finding: Finding;
}

export interface LeftOut {
  path: string;
  reason: string;
}

/** Everything `twinboot history` knows: tables and pages are made from it. Pure data, fit for JSON. */
export interface History {
  options: HistoryOptions;
  /** Oldest first. */
  records: RecordReference[];
  leftOut: LeftOut[];
  /** By metric in the order of the records, then by subject and environment. */
  series: HistorySeries[];
}
