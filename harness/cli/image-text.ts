import Table from 'cli-table3';
import { formatBytes } from '../../core/units.ts';
import type { ListedImage } from '../image/catalogue.ts';
import { buildCommand } from '../image/recipe.ts';

type ReadyImage = Extract<ListedImage, { state: 'ready' }>;

const bareTable = {
  chars: Object.fromEntries(
    ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
      [side, `${side}-mid`, `${side}-left`, `${side}-right`].map((part) => [part, '']),
    ),
  ),
  style: { 'padding-left': 0, 'padding-right': 2, head: [], border: [] },
};

/** One line per image. */
export function imageList(images: readonly ListedImage[]): string {
  const table = new Table({
    ...bareTable,
    chars: { ...bareTable.chars, middle: '' },
    head: ['NAME', 'SUITE', 'BOOT', 'KERNEL', 'PACKAGES', 'SIZE', 'BUILT', 'SHA256'],
  });
  for (const image of images) table.push(image.state === 'ready' ? readyRow(image) : damagedRow(image));
  return trimLines(table.toString());
}

function readyRow({ name, image: { description }, outdated }: ReadyImage): string[] {
  return [
    outdated ? `${name} (outdated)` : name,
    description.suite,
    description.boot,
    description.kernel,
    String(description.packages.length),
    formatBytes(description.bytes),
    minuteOf(description.builtAt),
    description.digest.slice(0, 12),
  ];
}

function damagedRow({ name, reason }: Extract<ListedImage, { state: 'damaged' }>): [string, Table.Cell] {
  return [name, { colSpan: 7, content: `damaged: ${reason}` }];
}

/** Everything about one image; its packages folded into their number unless they are asked for. */
export function imagePage(listed: ReadyImage, options: { packages: boolean }): string {
  const { description, disk } = listed.image;
  const facts: [string, string][] = [
    ['sha256', description.digest],
    [
      'system',
      `Debian ${description.suite}, ${description.initSystem}, ${description.packages.length} packages`,
    ],
    ['kernel', description.kernel],
    [
      'boot',
      description.boot === 'settled'
        ? 'settled: first-boot work is done'
        : 'first: every boot is a first boot',
    ],
    [
      'size',
      `${formatBytes(description.bytes)} disk file, its files take ${formatBytes(description.usedBytes)}`,
    ],
    ['built', minuteOf(description.builtAt)],
    ['file', disk],
    ['command', buildCommand(listed.recipe)],
    ...(listed.outdated
      ? [['outdated', 'this twinboot would build another image of this name'] as [string, string]]
      : []),
  ];
  return [
    description.name,
    ...facts.map(([label, value]) => `  ${label.padEnd(9)} ${value}`),
    '',
    'Added to the distribution',
    ...description.added.map((sentence) => `  - ${sentence}`),
    ...(options.packages
      ? ['', 'Packages', ...description.packages.map(({ name, version }) => `  ${name} ${version}`)]
      : []),
  ].join('\n');
}

function minuteOf(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`;
}

function trimLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
