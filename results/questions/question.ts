import type { RunPlan, RuntimeDescription, RuntimeKind } from '../record.ts';

/**
 * What a comparison and a report have to know of one scenario beside what its record declares. One file in this folder
 * for each, and a line in `registry.ts`; a scenario that wants nothing of it needs none.
 */
export interface Question {
  /** ScenarioDescription.id */
  id: string;
  /** Ids of metrics that are compared by default although they are no headline. */
  alsoCompared?: readonly string[];
  /** Ids of headlines that are not compared unless somebody asks for them; `all`: none of them is. */
  notCompared?: readonly string[] | 'all';
  /** Its details say why figures of other scenarios changed: it is measured wherever things are compared. */
  explainsOthers?: boolean;
  /** Ids of the metrics that stand where there is room for a few of all scenarios. */
  inBrief?: readonly string[];
  /** Id of the metric that stands for what an instance costs, where cost is held against exposure. */
  cost?: string;
  /** Ids of the metrics that stand for what an instance is exposed to there, each for itself. */
  exposure?: readonly string[];
  /** Id of the metric that counts the distinct system calls of the host's kernel that an instance makes. */
  callsUsed?: string;
  /** Ids of the metrics that count those that it may make, and those that there are. */
  callsAllowed?: { allowed: string; all: string };
  /** Sentences that a report begins with, by the metric that each tells of. */
  sentences?: Readonly<Record<string, Sentence>>;
  /** Of a charge, the PSS beside it and what was charged to others: ids of metrics of it. */
  charge?: { charged: string; pss: string; elsewhere: string };
  /** What is said where its figures stand side by side and seem not to fit. */
  notes?: readonly FigureNote[];
  /** Of a VM's charge, the part that emulation alone takes: ids of metrics of it. */
  emulation?: { charged: string; part: string };
  /** Its headlines have a chart or tables of their own: no chart of their distributions is drawn. */
  hasOwnChart?: boolean;
  /** Finding.what of all that `findings` can give. */
  findingKinds?: readonly string[];
  /** What a sample's details show that is not clean; `undefined` for details of another form. */
  findings?: (details: unknown) => Finding[] | undefined;
}

/** `a VM of this image took 14.2 s to ready`: what stands behind the runtime's name. */
export interface Sentence {
  verb: (value: string) => string;
  /** How many it is the sum of, by the metric that counts them: `7 services`. */
  counted?: { metric: string; of: (count: number) => string };
  /** A 0 is the host's doing where it runs no services at all, and that is said in its place. */
  isOfHostServices?: true;
}

/** The medians of one runtime, and what they were measured under. */
export interface MeasuredFigures {
  kind: RuntimeKind;
  options: RuntimeDescription['options'];
  cache: RunPlan['cache'];
  /** In the metric's unit, of any scenario; `undefined` where the record has none. */
  median: (metric: string) => number | undefined;
}

/** Sentences with the figures in them; `undefined` where nothing about these figures surprises. */
export type FigureNote = (figures: MeasuredFigures) => string | undefined;

/** Something that is not clean in one boot, and that a file can expect. Texts may come from the guest. */
export interface Finding {
  /** A word: `failed`. */
  what: string;
  name: string;
}
