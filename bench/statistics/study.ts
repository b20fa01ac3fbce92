/** How often something happened in a simulation, and how often it may or must. */
export interface Rate {
  /** What was simulated, to the reader of a table. */
  title: string;
  happened: number;
  trials: number;
  /** Shares; absent where nothing is promised. */
  atMost?: number;
  atLeast?: number;
  /** What the share alone does not say. */
  remark?: string;
}

export interface StudyOptions {
  /** Trials of each simulation, where a study has no number of its own. */
  trials: number;
  /** Trials of each coverage simulation. */
  coverageTrials: number;
  seed: number;
  /** Of studies with real boots: how many runs, of which image, in which runtime. */
  runs: number;
  image: string;
  runtime: string;
  /** How it goes on. */
  note: (text: string) => void;
}

/**
 * A promise about the statistics, held against simulated values, or what real boots give. Of simulated values the same
 * seed gives the same rates.
 */
export interface Study {
  /** A noun in kebab-case. */
  id: string;
  question: string;
  /** It boots, or takes hours. */
  onlyWhenNamed?: boolean;
  run: (options: StudyOptions) => Rate[] | Promise<Rate[]>;
}
