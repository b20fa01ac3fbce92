import type { Unit } from '../core/units.ts';
import type { HostContext } from '../harness/host/context.ts';
import type { Interval } from '../results/statistics/interval.ts';
import type { Ground } from './ground.ts';
import type { ReferenceRun } from './reference-run.ts';

/** `ratio`: how many times; `share`: a part of a whole, 0 to 1. */
export type FigureUnit = Unit | 'ratio' | 'share';

/** One figure about twinboot itself. */
export interface Figure {
  title: string;
  unit: FigureUnit;
  value: number;
  /** 95 %, of the value. */
  interval?: Interval;
  /** How many values it is made of. */
  n: number;
  /** The most that the value may be; a figure with neither a bound nor a floor explains another one. */
  bound?: number;
  /** The least that the value may be, for what is better the more there is of it. */
  floor?: number;
  /** true: a VM took part that was emulated (TCG), so the figure says nothing about KVM. */
  emulated?: boolean;
  remark?: string;
}

export interface BenchmarkOptions {
  /** Rounds of container boots of the observer effect. */
  rounds: number;
  /** Rounds of VM boots of the observer effect. */
  vmRounds: number;
  /** Measured rounds of the reference run. */
  runRounds: number;
  /** How many containers live at once in the large fleet. */
  fleet: number;
  seed: number;
}

export interface BenchmarkContext {
  host: HostContext;
  options: BenchmarkOptions;
  /** The image and the accelerator, made ready: no benchmark may pay for building or proving. */
  ground: () => Promise<Ground>;
  /** One real run of the command line that several benchmarks look at; made when it is first asked for. */
  referenceRun: () => Promise<ReferenceRun>;
  /** Prints progress at the terminal. */
  note: (message: string) => void;
}

/** A question about twinboot's own cost or accuracy: one file in this folder and one line in `registry.ts`. */
export interface Benchmark {
  /** A noun in kebab-case; the file's name. */
  id: string;
  question: string;
  /** true: takes so much of the host that it is left out where nothing is named. */
  onlyByName?: boolean;
  measure: (context: BenchmarkContext) => Promise<Figure[]>;
}

/** `unsure`: whether the figure's interval holds values on the other side of the bound. */
export interface Verdict {
  met: boolean;
  unsure: boolean;
}

/** `undefined` for a figure with neither a bound nor a floor: at most the one, at least the other. */
export function verdictOf({ value, bound, floor, interval }: Figure): Verdict | undefined {
  if (bound === undefined && floor === undefined) return undefined;
  const isWithin = (one: number): boolean => one <= (bound ?? Infinity) && one >= (floor ?? -Infinity);
  const unsure = interval !== undefined && isWithin(interval.low) !== isWithin(interval.high);
  return { met: isWithin(value), unsure };
}
