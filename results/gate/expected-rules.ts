import { plainLine } from '../../core/text.ts';
import { formatSome, NOTHING } from '../../core/words.ts';
import { findingKinds, findingQuestions } from '../questions/registry.ts';
import type { Finding } from '../questions/question.ts';
import type { RunRecord } from '../record.ts';
import { measuredSamples } from '../samples.ts';
import { EVERYWHERE, type Expectation } from './expected-file.ts';
import type { Gate } from './read-gate.ts';
import type { Subject } from './subjects.ts';
import type { GateFinding } from './verdict.ts';

/** For each runtime and kind of finding: none may be there that the expectation file does not name. */
export function expectedRows(
  { expected }: Gate,
  subjects: readonly Subject[],
  record: RunRecord,
): GateFinding[] {
  if (expected === undefined) return [];
  const { name: file, expectations } = expected;
  return subjects.flatMap((subject) => {
    const boots = findingsOfBoots(record, subject.name);
    return findingKinds.map((what): GateFinding => {
      const row = { rule: `unexpected: ${what}`, subject: subject.name, emulated: false };
      const limit = `none but those of ${file}`;
      if (expectations === undefined)
        return {
          ...row,
          limit,
          measured: NOTHING,
          verdict: 'fail',
          reason: `there is no ${file}: ${HOW_TO_MAKE}`,
        };
      if (boots.length === 0) return { ...row, limit, measured: NOTHING, verdict: 'fail', reason: MISSING };
      const meant = expectations.filter(
        (one) => one.what === what && [EVERYWHERE, ...subject.keys].includes(one.where),
      );
      return { ...row, limit, ...judge(boots, what, meant) };
    });
  });
}

const HOW_TO_MAKE = '`twinboot gate --save-expected` writes what these boots show';
const MISSING = `missing: no good boot of the scenario ${findingQuestions.map(({ id }) => id).join(', ')}`;

/** What the good measured boots of a runtime show, boot by boot. */
function findingsOfBoots(record: RunRecord, runtime: string): Finding[][] {
  return findingQuestions.flatMap(({ id, findings }) =>
    measuredSamples(record, id, runtime).flatMap(({ outcome, details }) => {
      const found = outcome === 'ok' ? findings(details) : undefined;
      return found === undefined ? [] : [found.map(inOneLine)];
    }),
  );
}

/** As a line of the file has it. */
function inOneLine({ what, name }: Finding): Finding {
  return { what, name: plainLine(name, 200) };
}

function judge(
  boots: readonly Finding[][],
  what: string,
  meant: readonly Expectation[],
): Pick<GateFinding, 'measured' | 'verdict' | 'reason'> {
  const named = boots.map((findings) => findings.filter((one) => one.what === what).map(({ name }) => name));
  const isMeant = (name: string): boolean => meant.some(({ matches }) => matches(name));
  const unexpected = named.map((names) => names.filter((name) => !isMeant(name)));
  const names = [...new Set(unexpected.flat())];
  const stale = meant.filter(({ matches }) => !named.flat().some((name) => matches(name)));
  const reason =
    stale.length === 0
      ? {}
      : { reason: plainLine(`expected and not seen: ${formatSome(stale.map(({ name }) => name))}`, 200) };
  if (names.length === 0) return { measured: 'none', verdict: 'pass', ...reason };
  const affected = unexpected.filter((some) => some.length > 0).length;
  return {
    measured: `${formatSome(names)} (${affected} of ${boots.length} boots)`,
    verdict: 'fail',
    ...reason,
  };
}

/** Everything that the good measured boots show, by runtime: what a new expectation file names. */
export function findingsByRuntime(record: RunRecord, subjects: readonly Subject[]): Map<string, Finding[]> {
  return new Map(
    subjects.map(({ name }) => {
      const all = findingsOfBoots(record, name).flat();
      const once = new Map(all.map((finding) => [JSON.stringify([finding.what, finding.name]), finding]));
      return [name, [...once.values()]];
    }),
  );
}
