import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Finished, ProcessRunner } from '../process/runner.ts';
import { AGENT_ENABLED, AGENT_PROGRAM, AGENT_UNIT, agentFiles } from './agent-files.ts';
import type { Recipe } from './recipe.ts';
import { IMAGE_EPOCH_S } from './reproducible.ts';

/** A tree whose packages are Debian's, and what may have been laid over it. */
export interface Laid {
  tree: string;
  /** Holds files that somebody else wrote: then none of its programs runs with a right of the host's. */
  isForeign: boolean;
}

const HOSTNAME = 'twinboot';
const MAIN_ARCHIVE = 'http://deb.debian.org/debian';

/**
 * Changes the bootstrapped tree into twinboot's, apart from its boot mode. Returns what was changed, a sentence each,
 * for the record: nothing is changed here without its sentence.
 */
export function adaptTree(tree: string, recipe: Recipe): string[] {
  const changes = [
    `Packages beside Debian's ${recipe.variant} set, without the ones they recommend: ${recipe.packages.join(', ')}.`,
  ];
  writeFileSync(join(tree, 'etc/hostname'), `${HOSTNAME}\n`);
  // mmdebstrap copies the host's, with the host's mode.
  chmodSync(join(tree, 'etc/hostname'), 0o644);
  changes.push(`/etc/hostname is "${HOSTNAME}".`);

  rmSync(join(tree, 'etc/resolv.conf'), { force: true });
  changes.push("/etc/resolv.conf is left out, since the bootstrap tool had copied the build host's.");

  writeFileSync(join(tree, 'etc/apt/sources.list'), `deb ${MAIN_ARCHIVE} ${recipe.suite} main\n`);
  changes.push(`/etc/apt/sources.list names ${MAIN_ARCHIVE}, whatever mirror the packages came from.`);

  if (recipe.agent) {
    installAgent(tree);
    changes.push(
      `The agent: ${AGENT_PROGRAM}, its unit ${AGENT_UNIT} and the link that makes multi-user.target want it. ` +
        'It is started after that target.',
    );
  }
  return changes;
}

function installAgent(tree: string): void {
  for (const file of agentFiles()) {
    const target = join(tree, file.installedAs);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, file.content);
    chmodSync(target, file.mode);
  }
  const link = join(tree, AGENT_ENABLED);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(AGENT_UNIT, link);
}

/**
 * Runs a program of Debian's inside the tree, as root, with nothing of the host's environment and no network, in mount
 * and pid namespaces of its own: /proc is there for it, and no mount is left on the host. Not for a tree that holds
 * anything else (`programsOf`).
 */
export function runInTree(
  tree: string,
  command: readonly string[],
  context: { runner: ProcessRunner; signal: AbortSignal },
): Promise<Finished> {
  const isolation = [
    '--mount',
    '--pid',
    '--net',
    '--ipc',
    '--fork',
    '--kill-child',
    `--mount-proc=${join(tree, 'proc')}`,
  ];
  const environment = [
    ...['/usr/bin/env', '-i', 'PATH=/usr/sbin:/usr/bin'],
    ...[`SOURCE_DATE_EPOCH=${IMAGE_EPOCH_S}`, 'LC_ALL=C.UTF-8'],
  ];
  return context.runner.run('unshare', [...isolation, 'chroot', tree, ...environment, ...command], {
    allowFailure: true,
    signal: context.signal,
  });
}
