/** What a system call gave that was made inside: 0, or the number of its error; `killed`: its caller. */
export type Answered = number | 'killed';

/** The answer of `calls-probe.pl`: what each call gave, by its number. Untrusted. */
export function parseCallsProbe(lines: readonly string[]): Map<number, Answered> {
  return new Map(
    lines.flatMap((line): [number, Answered][] => {
      const match = /^(\d{1,4}) (\d{1,4}|killed)$/.exec(line);
      return match === null ? [] : [[Number(match[1]), match[2] === 'killed' ? 'killed' : Number(match[2])]];
    }),
  );
}
