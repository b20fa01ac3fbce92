import type { Unit } from '../core/units.ts';
import type { HostContext } from '../harness/host/context.ts';
import type { Interval } from '../results/bootstrap.ts';
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
  /** The most that the value may be; a figure without a bound explains another one. */
  bound?: number;
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
  seed: number;
}

export interface BenchmarkContext {
  host: HostContext;
  options: BenchmarkOptions;
  /** The image and the accelerator, made ready: no benchmark may pay for building or proving. */
  ground: () => Promise<Ground>;
  /** One real run of the command line that several benchmarks look at; made when it is first asked for. */
  referenceRun: () => Promise<ReferenceRun>;
  /** Tells the person at the terminal how it goes on. */
  note: (message: string) => void;
}

/** A question about twinboot's own cost or accuracy: one file in this folder and one line in `registry.ts`. */
export interface Benchmark {
  /** A noun in kebab-case; the file's name. */
  id: string;
  question: string;
  measure: (context: BenchmarkContext) => Promise<Figure[]>;
}
