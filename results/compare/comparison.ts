import type { Unit } from '../../core/units.ts';
import type { EnvironmentDifference } from '../environment.ts';
import type { Interval } from '../statistics/interval.ts';
import type { Marked } from '../marks.ts';
import type { Blame } from './blame.ts';

/**
 * `regression`, `improvement`: the difference is real (corrected p ≤ alpha) and at least the minimum effect.
 * `pass`: whatever the difference is, it lies within the minimum effect. `inconclusive`: neither is shown yet.
 * `missing`: BASE has values, NEW has none.
 */
export const verdicts = ['pass', 'regression', 'improvement', 'inconclusive', 'missing'] as const;
export type Verdict = (typeof verdicts)[number];

/** What decides: both have defaults that every command shares. */
export interface JudgeOptions {
  /** The least relative change of the median that matters: 0.05 is 5 %. */
  minEffect: number;
  /** Bound on the probability of any false alarm over the whole family of metrics. */
  alpha: number;
  /** Of the permutations and the bootstrap. */
  seed: number;
}

export const defaultJudgeOptions: JudgeOptions = { minEffect: 0.05, alpha: 0.05, seed: 1 };

/** The values of one metric on both sides, in the metric's unit, one for each measured round that gave one. */
export interface Pair {
  base: readonly number[];
  next: readonly number[];
  better: 'lower' | 'higher' | 'none';
}

/** What is said of a pair. What cannot be said of so few or such values is absent, and `reason` says why. */
export interface Judgement {
  verdict: Verdict;
  /** Median of NEW over median of BASE. */
  ratio?: number;
  /** 95 %, of that ratio. */
  interval?: Interval;
  /** Of the permutation test, two-sided; and corrected over the family (Holm). */
  p?: number;
  pCorrected?: number;
  /** `inconclusive`: about how many more rounds a side would decide; 1,000 means as many or more. */
  moreRounds?: number;
  /** In words, where the figures alone do not say it: `one value a side gives no interval`. */
  reason?: string;
}

/** One side of one row: of n values, the median in the metric's unit and its 95 % interval. */
export interface SideFigures {
  n: number;
  median?: number;
  interval?: Interval;
}

/** One metric of one runtime, or of a VM over a container, on both sides. */
export interface ComparisonRow extends Judgement, Marked {
  scenario: string;
  metric: string;
  title: string;
  /** The metric's unit; `ratio` for a VM over a container. */
  unit: Unit | 'ratio';
  better: 'lower' | 'higher' | 'none';
  /** RuntimeDescription.id; of a ratio `<vm id> / <container id>`. */
  subject: string;
  kind: 'runtime' | 'vm-over-container';
  base: SideFigures;
  next: SideFigures;
  /** Of a rung that got worse: what of the boot took longer. */
  blame?: Blame;
}

export const structuralKinds = [
  'service-appeared',
  'service-vanished',
  'service-started-failing',
  'service-state',
  'packages',
  'image-kernel',
  'image-size',
  'failed-units',
  'failed-boots',
  'runtime-missing',
] as const;
export type StructuralKind = (typeof structuralKinds)[number];

/** A difference that needs no statistics. */
export interface StructuralDifference {
  kind: StructuralKind;
  /** RuntimeDescription.id, where it belongs to one. */
  runtime?: string;
  /** What differs: a unit's name, a package, `bytes`. Untrusted text of a guest. */
  subject: string;
  base?: string;
  next?: string;
  /** One sentence for people: `systemd-udevd.service now runs in nspawn (was skipped: …)`. */
  message: string;
}

/** What a reader should know beside the rows. */
export interface Note {
  /** RuntimeDescription.id, where it is about one. */
  runtime?: string;
  /** For people: `qemu: not compared, since BASE did not run it`. */
  text: string;
}

export interface ComparedSide {
  /** As it was named on the command line. */
  name: string;
  /** Ids of the records that were pooled. */
  records: string[];
  startedAt: string;
  image: string;
}

/** Everything `twinboot compare` knows: its document and gates are made from it. Pure data. */
export interface Comparison {
  base: ComparedSide;
  next: ComparedSide;
  options: JudgeOptions;
  /**
   * What so few rounds cannot show whatever their values are, and how many can; absent where they can show a change.
   */
  caveat?: string;
  /** Empty unless the comparison was forced across environments; then every row is marked. */
  environment: EnvironmentDifference[];
  rows: ComparisonRow[];
  structure: StructuralDifference[];
  /** What was left out, and why. */
  notes: Note[];
}
