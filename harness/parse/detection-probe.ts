import { runError } from '../../core/error.ts';

/** The answer of `detection-probe.sh`: what each method said; one that said nothing has an empty text. */
export function parseDetectionProbe(lines: readonly string[]): Map<string, string> {
  const said = new Map(
    lines.flatMap((line): [string, string][] => {
      const match = /^([a-z-]+) (.*)$/.exec(line);
      return match === null ? [] : [[match[1] ?? '', (match[2] ?? '').trim()]];
    }),
  );
  if (!said.has('end')) throw runError('agent-empty-answer', 'the detection probe did not end inside');
  said.delete('end');
  return said;
}
