/** What `guest/in-guest/stress.pl` can do to an instance, in the order in which it is asked to. */
export const stressors = ['cpu', 'memory', 'disk', 'processes', 'network', 'timers'] as const;
export type Stressor = (typeof stressors)[number];

/** What the program did until it was stopped. */
export interface StressDone {
  /** How often its workers have done what they repeat. */
  rounds: number;
  /** How many workers ended by themselves, as one that the kernel kills does, and were begun anew. */
  ended: number;
}

/** `done 18357 0`; `undefined` for any other answer. */
export function parseStressDone(lines: readonly string[]): StressDone | undefined {
  const words = lines.map((line) => /^done (\d{1,15}) (\d{1,9})$/.exec(line)).find(Boolean);
  return words ? { rounds: Number(words[1]), ended: Number(words[2]) } : undefined;
}
