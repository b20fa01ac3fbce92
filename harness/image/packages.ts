import { join } from 'node:path';
import { runError } from '../../core/error.ts';
import type { ImageDescription } from '../../results/record.ts';
import type { ProcessRunner } from '../process/runner.ts';

type Package = ImageDescription['packages'][number];

/** What is installed in the tree, by name, as its dpkg status has it. Errors: `no-packages` (run). */
export async function readPackages(tree: string, runner: ProcessRunner): Promise<Package[]> {
  const { stdout } = await runner.run('dpkg-query', [
    `--admindir=${join(tree, 'var/lib/dpkg')}`,
    '--show',
    '--showformat=${db:Status-Status}\\t${Package}\\t${Version}\\n',
  ]);
  const packages = parsePackages(stdout);
  if (packages.length === 0) throw runError('no-packages', 'the image has no installed packages');
  return packages;
}

/** Lines of status, name and version; what is not installed (removed, half configured) is left out. */
export function parsePackages(text: string): Package[] {
  return text
    .split('\n')
    .map((line) => line.split('\t'))
    .flatMap(([status, name, version]) =>
      status === 'installed' && name !== undefined && version !== undefined ? [{ name, version }] : [],
    )
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** `systemd 257.8-1~deb13u2`. */
export function initSystemOf(packages: readonly Package[]): string {
  const systemd = packages.find(({ name }) => name === 'systemd');
  if (systemd === undefined) throw runError('no-init', 'the image has no systemd');
  return `systemd ${systemd.version}`;
}
