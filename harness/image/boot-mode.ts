import { closeSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openFileBelow, openFolderBelow } from '../../core/below.ts';
import { plainLine } from '../../core/text.ts';
import { runError } from '../../core/error.ts';
import type { BootMode } from '../../results/record.ts';
import type { Laid } from './tree.ts';
import { programsOf, type TreePrograms } from './tree-programs.ts';
import { levelTimes, MACHINE_ID } from './reproducible.ts';
import type { BuildContext } from './stages.ts';

interface SettleStep {
  command: readonly [string, ...string[]];
  /** Exit codes that its own unit takes for success, beside 0. */
  accepted?: readonly number[];
  /** Made already by the package's own installation where this file is there: the unit's condition says so too. */
  unless?: string;
  /** Not every suite has it: where it is missing, its boots go without it too. */
  optional?: true;
  /** What has to be done to the tree just before. */
  before?: (tree: string) => void;
}

const UPDATE_DONE = '/usr/lib/systemd/systemd-update-done';
const untouchedFolders = ['/dev', '/proc', '/run', '/sys', '/tmp'];

/**
 * The work that a fresh installation leaves to its first boot, done by the distribution's own programs; the last one
 * writes the stamps that ConditionNeedsUpdate= looks at (systemd-update-done.service(8)), so that later boots skip it.
 * Presets are not applied again: which units are enabled stays what the packages made of it.
 */
const steps: readonly SettleStep[] = [
  { command: ['/usr/bin/systemd-sysusers'] },
  { command: ['/usr/sbin/ldconfig'] },
  { command: ['/usr/bin/journalctl', '--update-catalog'] },
  { command: ['/usr/bin/systemd-hwdb', 'update'], unless: '/usr/lib/udev/hwdb.bin' },
  {
    command: [
      '/usr/bin/systemd-tmpfiles',
      '--create',
      ...untouchedFolders.map((folder) => `--exclude-prefix=${folder}`),
    ],
    // systemd-tmpfiles-setup.service: SuccessExitStatus=DATAERR CANTCREAT.
    accepted: [65, 73],
  },
  // Debian leaves it out before trixie: no boot writes stamps there, and none is spared by them.
  // It writes the time of /usr into its stamps.
  { command: [UPDATE_DONE], optional: true, before: levelTimes },
];

/**
 * Brings the tree into its boot mode; returns what was changed, a sentence each.
 * Errors: `settle-failed` (run), naming the program; those of `programsOf`.
 */
export async function applyBootMode(laid: Laid, boot: BootMode, context: BuildContext): Promise<string[]> {
  if (boot === 'first') return keepFirstBoot(laid.tree);
  return programsOf(laid, context, (programs) => settle(laid.tree, programs));
}

/**
 * An empty machine-id is what Debian's own tools leave, and every boot finds it as it was. The word "uninitialized"
 * would also apply presets and let systemd-firstboot ask questions on the console (machine-id(5)): a boot of another
 * system, and one that waits for a person.
 */
function keepFirstBoot(tree: string): string[] {
  for (const [name, stale] of [
    ['etc', ['machine-id', '.updated']],
    ['var', ['.updated']],
  ] as const) {
    const folder = openFolderBelow(tree, name);
    for (const file of stale) rmSync(join(folder.path, file), { force: true });
    if (name === 'etc') writeFileSync(join(folder.path, 'machine-id'), '', { flag: 'wx' });
    folder.close();
  }
  return [
    'Boots as a first boot: /etc/machine-id is empty and there are no update stamps, as after a fresh installation.',
  ];
}

async function settle(tree: string, programs: TreePrograms): Promise<string[]> {
  setMachineId(tree);
  const done = steps.filter((step) => isDue(tree, step));
  for (const { command, accepted = [], before } of done) {
    before?.(tree);
    const { exitCode, stderr } = await programs.run(command);
    if (exitCode === 0 || (exitCode !== undefined && accepted.includes(exitCode))) continue;
    throw runError(
      'settle-failed',
      `${command[0]} failed in the image (exit ${exitCode ?? 'by a signal'}): ${plainLine(stderr)}`,
    );
  }
  const isStamped = done.some(({ command }) => command[0] === UPDATE_DONE);
  requireSettled(tree, isStamped);
  return [
    `Settled, with the first-boot work done when the image was built: ${done.map(({ command }) => basename(command[0])).join(', ')}.`,
    isStamped
      ? '/etc/.updated and /var/.updated say so to systemd (systemd-update-done).'
      : 'No update stamps: this suite has no systemd-update-done, so its units that wait for an update run at every boot.',
    `/etc/machine-id is ${MACHINE_ID} in every image, so that the image can be built again; all throw-away instances share it.`,
  ];
}

/** What systemd-machine-id-setup would draw at random. */
function setMachineId(tree: string): void {
  const folder = openFolderBelow(tree, 'etc');
  rmSync(join(folder.path, 'machine-id'), { force: true });
  writeFileSync(join(folder.path, 'machine-id'), `${MACHINE_ID}\n`, { flag: 'wx', mode: 0o444 });
  folder.close();
}

function isDue(tree: string, { command, unless, optional }: SettleStep): boolean {
  if (unless !== undefined && existsSync(join(tree, unless))) return false;
  return optional !== true || existsSync(join(tree, command[0]));
}

function requireSettled(tree: string, isStamped: boolean): void {
  const stamps = isStamped ? ['etc/.updated', 'var/.updated'] : [];
  const missing = stamps.filter((stamp) => readBelow(tree, stamp) === undefined);
  if (missing.length > 0)
    throw runError('settle-failed', `the image has no /${missing.join(' and no /')} after settling`);
  if (!/^[0-9a-f]{32}\n?$/.test(readBelow(tree, 'etc/machine-id') ?? ''))
    throw runError('settle-failed', 'the image has no machine-id after settling');
}

/** `undefined` where there is no such file; a link counts for none. */
function readBelow(tree: string, path: string): string | undefined {
  try {
    const file = openFileBelow(tree, path);
    try {
      return readFileSync(file, 'utf8');
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}
