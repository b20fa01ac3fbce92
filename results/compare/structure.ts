import { plainLine } from '../../core/text.ts';
import { formatBytes, formatSignedPercent } from '../../core/units.ts';
import { formatCount } from '../../core/words.ts';
import type { RunRecord, RuntimeDescription } from '../record.ts';
import { NO_FAILED_BOOTS, isWithinLimit, type FailedBootsLimit } from '../failed-boots.ts';
import { moreOftenP } from '../statistics/exact-share.ts';
import { defaultJudgeOptions, type StructuralDifference } from './comparison.ts';
import { ledgerDifferences } from './ledger-differences.ts';
import { packageChanges, type PackageChange } from './packages.ts';
import { bootsText, countBoots, type BootCount, type PooledSide } from './pool.ts';

/** The least relative change of what the image's files take that counts: a rebuild alone moves it by less. */
const LEAST_SIZE_CHANGE = 0.01;

/** How many packages are named for each kind of change. */
const NAMED = 5;

/**
 * The differences that need no statistics: in the image, in the services of the runtimes that both sides have, and in
 * how many boots failed. `runtimes`: those to look at, which both have. `maxFailedBoots`: what NEW may have. `alpha`:
 * bound on the probability that a difference in how often boots fail is chance, where they do on both sides.
 */
export function structuralDifferences(
  base: PooledSide,
  next: PooledSide,
  runtimes: readonly Pick<RuntimeDescription, 'id'>[],
  { maxFailedBoots = NO_FAILED_BOOTS, alpha = defaultJudgeOptions.alpha }: FailureOptions = {},
): StructuralDifference[] {
  const [before, after] = [base.records[0].image, next.records[0].image];
  return [
    ...packageDifferences(before, after),
    ...kernelDifference(before, after),
    ...sizeDifference(before, after),
    ...missingRuntimes(base, next),
    ...runtimes.flatMap(({ id: runtime }) => [
      ...failedBoots(base, next, runtime, { maxFailedBoots, level: alpha / runtimes.length }),
      ...ledgerDifferences(base, next, runtime),
    ]),
  ];
}

type Image = RunRecord['image'];

function packageDifferences(base: Image, next: Image): StructuralDifference[] {
  const changes = packageChanges(base, next);
  const parts = [
    ...summarisePackages(
      'added',
      changes.filter(({ base: old }) => old === undefined),
    ),
    ...summarisePackages(
      'removed',
      changes.filter(({ next: now }) => now === undefined),
    ),
    ...summarisePackages(
      'changed',
      changes.filter(({ base: old, next: now }) => old !== undefined && now !== undefined),
    ),
  ];
  if (parts.length === 0) return [];
  return [
    {
      kind: 'packages',
      subject: 'packages',
      base: formatCount(base.packages.length, 'package'),
      next: formatCount(next.packages.length, 'package'),
      message: `the packages of the image: ${parts.join('; ')}`,
    },
  ];
}

function summarisePackages(what: string, packages: readonly PackageChange[]): string[] {
  if (packages.length === 0) return [];
  const named = packages
    .slice(0, NAMED)
    .map(({ name, base, next }) =>
      plainLine(`${name} ${[base, next].filter((version) => version !== undefined).join(' → ')}`, 120),
    );
  const more = packages.length > NAMED ? `, and ${packages.length - NAMED} more` : '';
  return [`${packages.length} ${what} (${named.join(', ')}${more})`];
}

function kernelDifference(base: Image, next: Image): StructuralDifference[] {
  if (base.kernel === next.kernel) return [];
  const kernels = { base: plainLine(base.kernel), next: plainLine(next.kernel) };
  const message = `the kernel of the image is ${kernels.next} (was ${kernels.base})`;
  return [{ kind: 'image-kernel', subject: 'kernel', ...kernels, message }];
}

function sizeDifference(base: Image, next: Image): StructuralDifference[] {
  const change = next.usedBytes / base.usedBytes - 1;
  if (!(Math.abs(change) >= LEAST_SIZE_CHANGE)) return [];
  const sizes = { base: formatBytes(base.usedBytes), next: formatBytes(next.usedBytes) };
  const percent = Number.isFinite(change) ? `, ${formatSignedPercent(change, 1)}` : '';
  const message = `the files of the image take ${sizes.next} (was ${sizes.base}${percent})`;
  return [{ kind: 'image-size', subject: 'bytes', ...sizes, message }];
}

function missingRuntimes(base: PooledSide, next: PooledSide): StructuralDifference[] {
  const there = new Set(next.records[0].runtimes.map(({ id }) => id));
  return base.records[0].runtimes
    .filter(({ id }) => !there.has(id))
    .map(({ id }) => ({
      kind: 'runtime-missing',
      runtime: id,
      subject: plainLine(id),
      message: `${plainLine(id)} was not run in NEW`,
    }));
}

export interface FailureOptions {
  maxFailedBoots?: FailedBootsLimit;
  alpha?: number;
}

/**
 * Boots that fail where none did, all of them where some did not, or more of them than chance would have it; not those
 * that may fail.
 */
function failedBoots(
  base: PooledSide,
  next: PooledSide,
  runtime: string,
  { maxFailedBoots, level }: { maxFailedBoots: FailedBootsLimit; level: number },
): StructuralDifference[] {
  const before = countBoots(base, runtime);
  const after = countBoots(next, runtime);
  const isNew = before.failed === 0;
  const isTotal = after.failed === after.begun && before.failed < before.begun;
  const isMore = moreOftenP(trialsOf(before), trialsOf(after)) <= level;
  if (isWithinLimit(after, maxFailedBoots) || !(isNew || isTotal || isMore)) return [];
  const counts = { base: bootsText(before), next: bootsText(after) };
  const message = `${plainLine(runtime)}: ${counts.next} (was ${counts.base})`;
  return [{ kind: 'failed-boots', runtime, subject: 'boots', ...counts, message }];
}

function trialsOf({ begun, failed }: BootCount): { happened: number; trials: number } {
  return { happened: failed, trials: begun };
}
