import { readdirSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostError } from '../../core/error.ts';
import { lastLines } from '../../core/text.ts';
import type { Finished } from '../process/runner.ts';
import { findCommand } from '../process/search-path.ts';
import type { HostContext } from './context.ts';
import { installCommand, missingTools, packagesOf, type Need, type Tool } from './tools.ts';

type Context = Pick<HostContext, 'runner' | 'signal'>;
interface Talk {
  note(text: string): void;
  env: Record<string, string | undefined>;
}

const LISTS_FOLDER = '/var/lib/apt/lists';
const LISTS_AGE_LIMIT_MS = 24 * 60 * 60 * 1000;
const LOCK_WAIT_S = 120;
const LOCK_POLL_MS = 3000;
const ERROR_LINES = 8;

/**
 * Sees to it that every tool is there. Quick, and without any process, when it is. With `install` what is missing is
 * installed, said out loud. Errors (host): `missing-tools` with the command to copy, `install-failed`.
 */
export async function ensureTools(
  context: Context,
  io: Talk,
  need: Need,
  options: { install: boolean; also?: readonly string[] },
): Promise<void> {
  const missing = missingTools(need, options.also);
  if (missing.length === 0) return;
  if (!options.install) throw missingError(missing, 'install them with twinboot doctor --install, or');
  await installMissing(context, need, io, options.also);
}

/**
 * Installs the Debian packages of all tools that are missing, with one list said beforehand. Does nothing when none is.
 * Errors (host): `missing-tools` where it must not or cannot install, `install-failed` with apt's last lines.
 */
export async function installMissing(
  context: Context,
  need: Need,
  io: Talk,
  also: readonly string[] = [],
): Promise<void> {
  const missing = missingTools(need, also);
  if (missing.length === 0) return;
  refuseToInstall(missing, io.env);
  const packages = packagesOf(missing);
  io.note(
    `installing ${packages.length} Debian package${packages.length === 1 ? '' : 's'} that twinboot needs:`,
  );
  for (const name of packages) io.note(`  ${name}: ${purposesOf(name, missing)}`);
  const updated = (await needsUpdate(packages, context)) ? await update(context, io) : undefined;
  await install(packages, context, io, updated);
  const still = missingTools(need, also);
  if (still.length > 0)
    throw missingError(still, 'apt-get installed their packages, yet they are not found; look at');
}

function refuseToInstall(missing: readonly Tool[], env: Talk['env']): void {
  if (findCommand('apt-get') === undefined) {
    throw hostError('missing-tools', `not installed: ${namesOf(missing)}`, {
      hint: `install them by this distribution's own means; Debian's packages are ${packagesOf(missing).join(' ')}`,
    });
  }
  const forbidden = env.TWINBOOT_NO_INSTALL ?? '';
  if (forbidden !== '' && forbidden !== '0') throw missingError(missing, 'TWINBOOT_NO_INSTALL is set; run');
  if (process.getuid?.() !== 0) throw missingError(missing, 'only root can install; run');
}

function missingError(missing: readonly Tool[], lead: string): Error {
  return hostError('missing-tools', `not installed: ${namesOf(missing)}`, {
    hint: `${lead}: ${installCommand(packagesOf(missing))}`,
  });
}

function namesOf(some: readonly Tool[]): string {
  return some.map((tool) => tool.name).join(', ');
}

function purposesOf(name: string, some: readonly Tool[]): string {
  return some
    .filter((tool) => tool.package === name)
    .map((tool) => (tool.name === name ? tool.purpose : `${tool.name} ${tool.purpose}`))
    .join('; ');
}

/** Without recent lists apt asks the mirror for files that it no longer has. */
async function needsUpdate(packages: readonly string[], context: Context): Promise<boolean> {
  if (!hasRecentLists(LISTS_FOLDER, Date.now())) return true;
  const policy = await context.runner.run('apt-cache', ['policy', ...packages], { allowFailure: true });
  const known = policy.stdout.match(/^ {2}Candidate: (?!\(none\))/gm)?.length ?? 0;
  return known < packages.length;
}

/**
 * Whether apt has lists of packages and wrote them within a day. The folder's own time counts: the files carry the
 * mirror's. `nowMs`: wall clock.
 */
export function hasRecentLists(folder: string, nowMs: number): boolean {
  try {
    const present = readdirSync(folder).some((name) => name.includes('_Packages'));
    return present && nowMs - statSync(folder).mtimeMs < LISTS_AGE_LIMIT_MS;
  } catch {
    return false;
  }
}

/** A failure is kept and not thrown: another vendor's broken repository does not stop Debian's packages. */
async function update(context: Context, io: Talk): Promise<Finished> {
  io.note('apt-get update');
  const deadline = performance.now() + LOCK_WAIT_S * 1000;
  for (;;) {
    const result = await apt(['update'], context, () => undefined);
    // DPkg::Lock::Timeout does not hold for the lock of the lists.
    const locked = result.exitCode !== 0 && result.stderr.includes('Could not get lock');
    if (!locked || performance.now() > deadline) return result;
    await sleep(LOCK_POLL_MS, undefined, { signal: context.signal });
  }
}

async function install(
  packages: readonly string[],
  context: Context,
  io: Talk,
  updated: Finished | undefined,
): Promise<void> {
  const args = ['install', '-y', '--no-install-recommends', ...packages];
  const result = await apt(args, context, (line) => {
    const news = progressOf(line, packages);
    if (news !== undefined) io.note(`  ${news}`);
  });
  if (result.exitCode === 0) return;
  const said = [updated === undefined || updated.exitCode === 0 ? '' : updated.stderr, result.stderr].join(
    '\n',
  );
  throw hostError(
    'install-failed',
    `apt-get could not install ${packages.join(' ')}:\n${lastLines(said, ERROR_LINES)}`,
    {
      hint: said.includes('dpkg --configure -a')
        ? 'dpkg --configure -a, then once more'
        : `look at apt's words above, then: ${installCommand(packages)}`,
    },
  );
}

async function apt(
  args: readonly string[],
  context: Context,
  onLine: (line: string) => void,
): Promise<Finished> {
  return context.runner.run('apt-get', ['-o', `DPkg::Lock::Timeout=${LOCK_WAIT_S}`, '-q', ...args], {
    env: { DEBIAN_FRONTEND: 'noninteractive', APT_LISTCHANGES_FRONTEND: 'none', NEEDRESTART_MODE: 'l' },
    onLine,
    allowFailure: true,
    signal: context.signal,
  });
}

/** apt's output in the few lines that tell a person how far it is; of what is set up, the packages asked for. */
export function progressOf(line: string, packages: readonly string[]): string | undefined {
  const text = line.trim();
  if (/^(\d+ upgraded, |Need to get |Fetched |Waiting for cache lock)/.test(text)) return text;
  const name = /^Setting up ([^ :]+)/.exec(text)?.[1];
  return name !== undefined && packages.includes(name) ? text : undefined;
}
