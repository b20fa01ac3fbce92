import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CommanderError } from '@commander-js/extra-typings';
import { exitCodes, messageOf, TwinbootError } from '../../core/error.ts';
import { formatMs } from '../../core/units.ts';
import type { Io } from '../../harness/cli/io.ts';
import { withHost } from '../../harness/cli/machine/session.ts';
import { terminalIo } from '../../harness/cli/terminal.ts';
import type { HostContext } from '../../harness/host/context.ts';
import { ensureTools } from '../../harness/host/install.ts';
import { buildImage } from '../../harness/image/build.ts';
import { recipeFor } from '../../harness/image/recipe.ts';
import { hostClock, msSince } from '../../core/clock.ts';
import { buildLab, type LabImage } from './build.ts';
import { packForLab } from './hand-over.ts';
import { bootLab, labsAtOnce, requireDisk, requireMemory, type Lab } from './machine.ts';
import { readLabOptions, type LabOptions, type LabTask } from './options.ts';
import { testInParts } from './parts.ts';
import type { LabHost } from './recipe.ts';
import { hostOf, partsOf } from './tests.ts';

/** Beside what twinboot itself needs: to reach the lab. */
const ALSO = ['ssh', 'ssh-keygen'];

/** `npm run lab`: sets up what is missing, boots the lab, does there what was asked for, and takes it down. */
async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    const options = readLabOptions(argv, io);
    return await withHost(io, 'lab', (host) => useLab(host, options, io));
  } catch (error) {
    return explain(error, io);
  }
}

async function useLab(host: HostContext, options: LabOptions, io: Io): Promise<number> {
  const note = (message: string): void => io.note(message);
  requireMemory(options.settings);
  await requireDisk(host.workFolder);
  await ensureTools(host, io, 'bench', { install: true, also: ALSO });
  const { task } = options;
  const kinds = task.kind === 'tests' ? partsOf(task).map(hostOf) : [options.settings.host];
  const images = new Map<LabHost, LabImage>();
  for (const kind of new Set(kinds)) images.set(kind, await buildLab(host, kind, note));
  // Without it the lab would have to build one, and it has no network.
  await buildImage(host, recipeFor({}), { note });
  const handedOver = await packForLab(host);
  const boot = async (name: string, kind: LabHost): Promise<Lab> => {
    const image = images.get(kind);
    if (image === undefined) throw new Error(`no lab of kind ${kind} was built`);
    const startNs = hostClock.nowNs();
    const consoleLog = join(host.workFolder, `${name}-console.log`);
    const lab = await bootLab(host, image, handedOver, { ...options.settings, host: kind }, consoleLog);
    note(`${name}: up after ${formatMs(msSince(startNs))}. From another terminal: ${lab.sshCommand}`);
    return lab;
  };
  note('lab: booting, in about a minute');
  if (task.kind === 'tests') {
    const afterwards = async (lab: Lab): Promise<void> => {
      await fetchAll(lab, options);
      if (options.keep) await keepUp(lab, host.signal, note);
    };
    const most = options.keep ? 1 : labsAtOnce(options.settings);
    return testInParts(task, { boot, afterwards, most, io });
  }
  const lab = await boot('lab', options.settings.host);
  try {
    const status = await begin(lab, task);
    await fetchAll(lab, options);
    return status;
  } finally {
    if (options.keep) await keepUp(lab, host.signal, note);
  }
}

async function fetchAll(lab: Lab, { fetch, out }: LabOptions): Promise<void> {
  mkdirSync(out, { recursive: true });
  for (const path of fetch) await lab.fetch(path, resolve(out));
}

async function begin(lab: Lab, task: Exclude<LabTask, { kind: 'tests' }>): Promise<number> {
  switch (task.kind) {
    case 'nothing':
      return 0;
    case 'shell':
      return lab.run('exec bash -l', { terminal: true });
    case 'command':
      return lab.run(task.command);
  }
}

async function keepUp(lab: Lab, signal: AbortSignal, note: (message: string) => void): Promise<void> {
  note('lab: stays up until Ctrl-C');
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await Promise.race([aborted, lab.ended]);
}

function explain(error: unknown, io: Io): number {
  // commander has written its own message by now; help is no error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (!(error instanceof TwinbootError)) {
    io.note(
      `error: unexpected: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}`,
    );
    return exitCodes.run;
  }
  io.note(`error: ${error.message}`);
  for (const line of error.consoleTail) io.note(`  | ${line}`);
  if (error.hint !== undefined) io.note(`hint: ${error.hint}`);
  return error.exitCode;
}

const controller = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => controller.abort());
process.exitCode = await main(process.argv.slice(2), terminalIo(controller.signal));
