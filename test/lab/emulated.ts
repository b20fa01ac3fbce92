/** What is emulated in the lab runs ten times slower, and a line on its way to the console waits as long. */
export const emulated = {
  multiUserWithin: (ms: number) => 500 + ms * 0.1,
  analyzeWithinMs: 3000,
  withinMs: 900_000,
};
