import { alignColumns } from '../../../core/columns.ts';
import { formatBytes } from '../../../core/units.ts';
import type { ListedImage } from '../../image/catalogue.ts';
import { buildCommand } from '../../image/recipe.ts';

type ReadyImage = Extract<ListedImage, { state: 'ready' }>;

const HEAD = ['NAME', 'SUITE', 'BOOT', 'KERNEL', 'PACKAGES', 'SIZE', 'BUILT', 'SHA256'];

/** One line per image. */
export function imageList(images: readonly ListedImage[]): string {
  const rows = images.map((image) =>
    image.state === 'ready' ? readyRow(image) : [image.name, `damaged: ${image.reason}`],
  );
  return alignColumns(
    [HEAD, ...rows],
    HEAD.map(() => 'left' as const),
  ).join('\n');
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

/** Everything about one image; its packages folded into their number unless they are asked for. */
export function imagePage(listed: ReadyImage, options: { packages: boolean }): string {
  const { description, disk } = listed.image;
  const facts: [string, string][] = [
    ['sha256', description.digest],
    ...(description.contentDigest === undefined
      ? []
      : [['content', description.contentDigest] as [string, string]]),
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
