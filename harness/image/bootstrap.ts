import { hostError, runError, usageError } from '../../core/error.ts';
import { shellWord } from '../../core/shell.ts';
import { lastLines } from '../../core/text.ts';
import type { Finished, ProcessRunner } from '../process/runner.ts';
import type { AptAccess } from './host-apt.ts';
import type { Recipe } from './recipe.ts';
import { reproducibleEnvironment } from './reproducible.ts';

const LOG_LINES = 8;

/**
 * These suites merge /usr while they are installed, with a package that brings all of Perl along. debootstrap merges it
 * beforehand; this hook, which comes with mmdebstrap, does the same.
 */
const suitesToMerge = ['bullseye', 'bookworm', 'oldstable', 'oldoldstable'];
const MERGED_USR_HOOK = '/usr/share/mmdebstrap/hooks/merged-usr';

/** What is installed; of an image's recipe, the part that concerns mmdebstrap. */
export type Bootstrapped = Pick<Recipe, 'suite' | 'packages' | 'architecture'> & { variant: string };

export interface BootstrapRequest {
  recipe: Bootstrapped;
  apt: AptAccess;
  /** Where the distribution's tree comes to lie; does not exist yet. */
  tree: string;
  /** The file that gets the Release file of the archive, where it is wanted. */
  release?: string;
  /** For mmdebstrap's own throw-away files, so that they go when the build goes. */
  temporaryFolder: string;
  signal: AbortSignal;
  onLine: (line: string) => void;
}

/**
 * Installs the distribution into a folder with mmdebstrap(1).
 * Errors: `mirror-unreachable`, `mirror-failed`, `missing-keyring`, `disk-full` (host), `unknown-suite`,
 * `unknown-package` (usage), `bootstrap-failed` (run), and those of the runner.
 */
export async function bootstrap(request: BootstrapRequest, runner: ProcessRunner): Promise<void> {
  const { recipe, apt, temporaryFolder, signal, onLine } = request;
  const finished = await runner.run('mmdebstrap', mmdebstrapArguments(recipe, apt, request), {
    env: { ...apt.env, ...reproducibleEnvironment, TMPDIR: temporaryFolder },
    allowFailure: true,
    signal,
    onLine,
  });
  if (finished.exitCode !== 0) throw bootstrapFailure(finished, recipe, apt.mirror);
}

export function mmdebstrapArguments(
  recipe: Bootstrapped,
  { mirror, keyring }: Pick<AptAccess, 'mirror' | 'keyring'>,
  { tree, release }: Pick<BootstrapRequest, 'tree' | 'release'>,
): string[] {
  return [
    '--mode=root',
    '--format=directory',
    `--variant=${recipe.variant}`,
    ...(recipe.architecture === undefined ? [] : [`--architectures=${recipe.architecture}`]),
    `--keyring=${keyring}`,
    `--include=${recipe.packages.join(',')}`,
    ...(suitesToMerge.includes(recipe.suite) ? [`--hook-dir=${MERGED_USR_HOOK}`] : []),
    // mmdebstrap removes it in the end.
    ...(release === undefined
      ? []
      : [`--customize-hook=cat "$1"/var/lib/apt/lists/*Release > ${shellWord(release)}`]),
    recipe.suite,
    tree,
    mirror,
  ];
}

/** What went wrong, read from what apt and mmdebstrap said. */
function bootstrapFailure(finished: Finished, recipe: Bootstrapped, mirror: string): Error {
  const said = finished.stderr;
  const find = (pattern: RegExp): string | undefined => pattern.exec(said)?.[1]?.trim();

  if (/No space left on device|don't have enough free space/.test(said)) {
    return hostError('disk-full', 'No space left on device');
  }
  const missing = find(/Unable to locate package (\S+)/);
  if (missing !== undefined) {
    return usageError('unknown-package', `Debian ${recipe.suite} has no package ${missing}`);
  }
  if (/NO_PUBKEY|is not signed|not available:/.test(said)) {
    return hostError(
      'missing-keyring',
      `this host does not have the public key that signs Debian ${recipe.suite}`,
      { hint: 'apt-get install debian-archive-keyring, of a release that knows this suite' },
    );
  }
  const noConnection = find(
    /((?:Could not resolve|Could not connect|Unable to connect|Temporary failure|Connection (?:failed|timed out)).*)/,
  );
  if (noConnection !== undefined) {
    return hostError('mirror-unreachable', `the mirror ${mirror} cannot be reached: ${noConnection}`, {
      hint: "check this host's network and apt proxy, or name another mirror: --mirror URL",
    });
  }
  if (said.includes('does not have a Release file')) {
    return usageError('unknown-suite', `the mirror ${mirror} has no suite ${recipe.suite}`, {
      hint: 'name another suite or another mirror: --suite SUITE --mirror URL',
    });
  }
  const notDelivered = find(/Failed to fetch (.*)/);
  if (notDelivered !== undefined) {
    return hostError('mirror-failed', `the mirror ${mirror} does not deliver: ${notDelivered}`, {
      hint: 'try again later, or name another mirror: --mirror URL',
    });
  }
  return runError('bootstrap-failed', `mmdebstrap failed: ${lastLines(withoutVerdict(said), LOG_LINES)}`);
}

/** Its very last lines only say that it failed. */
function withoutVerdict(said: string): string {
  const lines = said.split('\n');
  return lines
    .filter((line) => line.trim() !== '' && !/^(I: main\(\)|E: mmdebstrap failed)/.test(line))
    .join('\n');
}
