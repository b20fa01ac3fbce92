import { usageError } from '../../core/error.ts';
import { plainLine } from '../../core/text.ts';
import type { RuntimeDescription } from '../record.ts';
import { bootsText, countBoots, type PooledSide } from './pool.ts';
import { candidatesOf, type Candidate } from './series.ts';
import { commonMetrics, commonRuntimes } from './select.ts';
import { defaultJudgeOptions, type ComparedSide, type Comparison, type JudgeOptions } from './comparison.ts';
import { differenceLines, environmentDifferences, type EnvironmentDifference } from '../environment.ts';
import { untestable } from './judge.ts';
import { NO_FAILED_BOOTS, type FailedBootsLimit } from '../failed-boots.ts';
import { bootNotes, notesOn } from './notes.ts';
import { assertPlausible } from '../plausible.ts';
import { reachText, type RowSize } from './reach.ts';
import { judgeCandidates } from './rows.ts';
import { structuralDifferences } from './structure.ts';

export interface CompareOptions extends Partial<JudgeOptions> {
  /** Ids or globs of metrics; none: see `isComparedByDefault`. */
  metrics?: readonly string[];
  /** What NEW's boots may have of failures without a difference; none unless said. */
  maxFailedBoots?: FailedBootsLimit;
  /** Compares across environments, and says so; never emulated figures with others. */
  force?: boolean;
}

/**
 * Compares two sides: the selected metrics of every runtime that both have, each VM over each container, and what
 * needs no statistics. Pure: the same sides and options give the same comparison.
 *
 * Throws usage errors: `impossible-value`, `different-environments` (unless forced), `no-common-runtime`,
 * `unknown-metric`, `no-common-metric`, `no-values` (BASE has none at all).
 */
export function compare(base: PooledSide, next: PooledSide, options: CompareOptions = {}): Comparison {
  const judging: JudgeOptions = {
    minEffect: options.minEffect ?? defaultJudgeOptions.minEffect,
    alpha: options.alpha ?? defaultJudgeOptions.alpha,
    seed: options.seed ?? defaultJudgeOptions.seed,
  };
  [...base.records, ...next.records].forEach(assertPlausible);
  const runtimes = commonRuntimes(base, next);
  const metrics = commonMetrics(base, next, options.metrics ?? []);
  const environment = environmentDifferences(base.records[0], next.records[0]);
  if (environment.length > 0 && options.force !== true) throw differentEnvironments(environment);

  const candidates = candidatesOf(base, next, metrics.items, runtimes.items);
  assertBaseHasValues(base, candidates, runtimes.items);
  const { maxFailedBoots = NO_FAILED_BOOTS } = options;
  const caveat = reachText(testedSizes(candidates), judging.alpha);
  return {
    base: describeSide(base),
    next: describeSide(next),
    options: judging,
    ...(caveat !== undefined && { caveat }),
    environment,
    rows: judgeCandidates(candidates, judging, { base, next }),
    structure: structuralDifferences(base, next, runtimes.items, { maxFailedBoots, alpha: judging.alpha }),
    notes: [
      ...runtimes.notes,
      ...metrics.notes,
      ...notesOn(base, next),
      ...bootNotes(base, next, runtimes.items, maxFailedBoots),
    ],
  };
}

/** Of the rows that are tested, or would be if they had more than one value a side. */
function testedSizes(candidates: readonly Candidate[]): RowSize[] {
  return candidates
    .map((candidate) => ({ base: candidate.base.values, next: candidate.next.values }))
    .filter(
      (sides) =>
        untestable(sides, 1) === undefined || [sides.base, sides.next].some((side) => side.length === 1),
    )
    .map((sides) => ({ base: sides.base.length, next: sides.next.length }));
}

export function describeSide({ name, records }: PooledSide): ComparedSide {
  const [{ startedAt, image }] = records;
  return {
    name,
    records: records.map(({ id }) => id),
    startedAt,
    image: plainLine(`${image.name} (${image.digest.slice(0, 12)})`),
  };
}

function assertBaseHasValues(
  base: PooledSide,
  candidates: readonly Candidate[],
  runtimes: readonly RuntimeDescription[],
): void {
  if (candidates.some((candidate) => candidate.base.values.length > 0)) return;
  const boots = runtimes.map(({ id }) => `${plainLine(id)}: ${bootsText(countBoots(base, id))}`);
  throw usageError('no-values', `BASE has no value to compare with (${boots.join('; ')})`, {
    hint: 'choose a BASE whose boots succeeded',
  });
}

function differentEnvironments(differences: readonly EnvironmentDifference[]) {
  return usageError(
    'different-environments',
    `BASE and NEW were measured in different environments:${differenceLines(differences)}`,
    { hint: 'measure both on one host with the same limits, or compare all the same with --force' },
  );
}
