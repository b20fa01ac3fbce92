import { plainLine } from '../../core/text.ts';
import { formatBytes, formatSignedPercent } from '../../core/units.ts';
import type { RunRecord, RuntimeDescription } from '../record.ts';
import type { StructuralDifference } from './comparison.ts';
import { ledgerDifferences } from './ledger-differences.ts';
import { bootsText, countBoots, type PooledSide } from './pool.ts';

/** The least relative change of what the image's files take that counts: a rebuild alone moves it by less. */
const LEAST_SIZE_CHANGE = 0.01;

/** How many packages are named for each kind of change. */
const NAMED = 5;

/**
 * The differences that need no statistics: in the image, in the services of the runtimes that both sides have, and in
 * how many boots failed. `runtimes`: those to look at, which both have.
 */
export function structuralDifferences(
  base: PooledSide,
  next: PooledSide,
  runtimes: readonly Pick<RuntimeDescription, 'id'>[],
): StructuralDifference[] {
  const [before, after] = [base.records[0].image, next.records[0].image];
  return [
    ...packageDifferences(before, after),
    ...kernelDifference(before, after),
    ...sizeDifference(before, after),
    ...missingRuntimes(base, next),
    ...runtimes.flatMap(({ id: runtime }) => [
      ...failedBoots(base, next, runtime),
      ...ledgerDifferences(base, next, runtime),
    ]),
  ];
}

type Image = RunRecord['image'];

function packageDifferences(base: Image, next: Image): StructuralDifference[] {
  const before = new Map(base.packages.map(({ name, version }) => [name, version]));
  const after = new Map(next.packages.map(({ name, version }) => [name, version]));
  const added = [...after].filter(([name]) => !before.has(name));
  const removed = [...before].filter(([name]) => !after.has(name));
  const changed = [...after].flatMap(([name, version]): [string, string][] => {
    const old = before.get(name);
    return old === undefined || old === version ? [] : [[name, `${old} → ${version}`]];
  });
  const parts = [
    ...summarisePackages('added', added),
    ...summarisePackages('removed', removed),
    ...summarisePackages('changed', changed),
  ];
  if (parts.length === 0) return [];
  return [
    {
      kind: 'packages',
      subject: 'packages',
      base: `${before.size} packages`,
      next: `${after.size} packages`,
      message: `the packages of the image: ${parts.join('; ')}`,
    },
  ];
}

function summarisePackages(what: string, packages: readonly [string, string][]): string[] {
  if (packages.length === 0) return [];
  const named = packages.slice(0, NAMED).map(([name, version]) => plainLine(`${name} ${version}`, 120));
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

/**
 * Boots that fail where none did, or all of them where some did not. A share that only moves is noise or not, which
 * takes statistics: it is in the notes.
 */
function failedBoots(base: PooledSide, next: PooledSide, runtime: string): StructuralDifference[] {
  const before = countBoots(base, runtime);
  const after = countBoots(next, runtime);
  const isNew = after.failed > 0 && before.failed === 0;
  const isTotal = after.failed > 0 && after.failed === after.begun && before.failed < before.begun;
  if (!isNew && !isTotal) return [];
  const counts = { base: bootsText(before), next: bootsText(after) };
  const message = `${plainLine(runtime)}: ${counts.next} (was ${counts.base})`;
  return [{ kind: 'failed-boots', runtime, subject: 'boots', ...counts, message }];
}
