import { accessSync, constants } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Command } from '@commander-js/extra-typings';
import { errnoOf, exitCodes } from '../../../core/error.ts';
import { jsonText } from '../../../core/text.ts';
import { findLeftovers, findLiving, stateFolder, type Leftover } from '../../process/cleanup.ts';
import { describeResource } from '../../process/resource.ts';
import { processRunner, type ProcessRunner } from '../../process/runner.ts';
import type { Io } from '../io.ts';
import { requireRoot } from './session.ts';

/** What `clean` did for one dead process. */
interface Cleaned {
  purpose: string;
  pid: number;
  removed: string[];
  failed: string[];
}

/** `twinboot clean`: takes away what killed runs left. Exit 4 where something could not be taken away. */
export function addCleanCommand(program: Command, io: Io, runner: ProcessRunner = processRunner): void {
  program
    .command('clean')
    .description('remove what killed runs left on this host: processes, mounts, loop devices, files')
    .option('--json', 'print what was removed as JSON')
    .action(async (options) => {
      // Only root may read the list, so that nobody else learns from it or writes to it.
      if (!mayRead(stateFolder())) requireRoot('clean');
      const leftovers = findLeftovers(runner);
      const living = findLiving();
      if (leftovers.length > 0) requireRoot('clean');
      const cleaned: Cleaned[] = [];
      for (const leftover of leftovers) cleaned.push(await clean(leftover));
      if (options.json === true) io.out(jsonText({ cleaned, living }, 2));
      else for (const line of describe(cleaned, living)) io.out(line);
      if (cleaned.some(({ failed }) => failed.length > 0)) io.exitCode = exitCodes.run;
    });
}

function mayRead(folder: string): boolean {
  try {
    accessSync(folder, constants.R_OK | constants.X_OK);
    return true;
  } catch (error) {
    return errnoOf(error) === 'ENOENT';
  }
}

async function clean(leftover: Leftover): Promise<Cleaned> {
  const { purpose, pid } = leftover;
  const remaining = await leftover.remove();
  const removed = leftover.resources.filter(
    (thing) => !remaining.some(({ resource }) => isDeepStrictEqual(resource, thing)),
  );
  return {
    purpose,
    pid,
    // Newest first, as they are taken away.
    removed: removed.map(describeResource).reverse(),
    failed: remaining.map(({ message }) => message),
  };
}

function describe(
  cleaned: readonly Cleaned[],
  living: readonly { purpose: string; pid: number }[],
): string[] {
  const lines = [
    ...cleaned.flatMap(({ purpose, pid, removed, failed }) => [
      ...removed.map((thing) => `removed ${thing} (${purpose}, pid ${pid})`),
      ...failed.map((failure) => `could not remove ${failure} (${purpose}, pid ${pid})`),
    ]),
    ...living.map(({ purpose, pid }) => `${purpose} (pid ${pid}) is alive, left alone`),
  ];
  return lines.length === 0 ? ['nothing to clean'] : lines;
}
