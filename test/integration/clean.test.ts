import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../core/package-root.ts';
import { addCleanCommand } from '../../harness/cli/machine/clean.ts';
import { cleaned } from '../../harness/cli/io.ts';
import { cgroupNamed, readCgroupLayout } from '../../harness/process/cgroup.ts';
import { findLeftovers } from '../../harness/process/cleanup.ts';
import { loopBacking } from '../../harness/process/resource.ts';
import { processRunner } from '../../harness/process/runner.ts';
import { isRunning } from '../fixtures/host/is-running.ts';

const group = `twinboot-test-${process.pid}`;
/** No other process sleeps as long as this. */
const seconds = `${700 + Math.floor(Math.random() * 1e6)}.${process.pid}`;
let folder: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  // On disk: a work folder of twinboot's is.
  folder = mkdtempSync('/var/tmp/twinboot-test-');
  vi.stubEnv('TWINBOOT_STATE_DIR', join(folder, 'state'));
});

afterEach(async () => {
  vi.restoreAllMocks();
  child?.kill('SIGKILL');
  for (const leftover of findLeftovers(processRunner)) await leftover.remove();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a process that makes one of everything; returns its loop device. */
async function start(): Promise<{ process: ChildProcess; device: string }> {
  const fixture = join(packageRoot(), 'test/fixtures/host/leave-behind.ts');
  const started = spawn(process.execPath, ['--import', 'tsx', fixture, folder, group, seconds], {
    cwd: packageRoot(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  const [device] = (await once(started.stdout, 'data')) as [Buffer];
  return { process: started, device: device.toString().trim() };
}

async function killed(): Promise<{ device: string; pid: number }> {
  const { process: started, device } = await start();
  started.kill('SIGKILL');
  await once(started, 'exit');
  return { device, pid: started.pid ?? 0 };
}

async function clean(...args: string[]): Promise<{ lines: string[]; exitCode: number }> {
  const lines: string[] = [];
  const io = cleaned(
    {
      out: (text) => void lines.push(text.toString()),
      note: () => undefined,
      status: () => undefined,
    },
    { isTerminal: false, env: {}, signal: new AbortController().signal },
  );
  const program = new Command().exitOverride();
  addCleanCommand(program, io);
  await program.parseAsync(['clean', ...args], { from: 'user' });
  return { lines, exitCode: io.exitCode };
}

function whatIsThere(device: string) {
  const groups = cgroupNamed(readCgroupLayout(), group).folders;
  return {
    work: existsSync(join(folder, 'work')),
    mount: readFileSync('/proc/self/mountinfo', 'utf8').includes(folder),
    loop: loopBacking(device)?.startsWith(folder) ?? false,
    groups: groups.filter((path) => existsSync(path)).length === groups.length,
    anyGroup: groups.some((path) => existsSync(path)),
  };
}

describe('twinboot clean', () => {
  it('finds nothing on a host that nothing was left on', async () => {
    expect(await clean()).toEqual({ lines: ['nothing to clean'], exitCode: 0 });
  });

  it('takes away everything that a killed run left', async () => {
    const { device, pid } = await killed();
    expect(whatIsThere(device)).toEqual({
      work: true,
      mount: true,
      loop: true,
      groups: true,
      anyGroup: true,
    });
    expect(isRunning('sleep', seconds)).toBe(true);

    const { lines, exitCode } = await clean();

    const [first] = cgroupNamed(readCgroupLayout(), group).folders;
    const whose = `(run of a test, pid ${pid})`;
    expect(lines).toEqual([
      `removed cgroup ${first ?? ''} ${whose}`,
      `removed mount ${folder}/work/mounted ${whose}`,
      `removed loop device ${device} ${whose}`,
      `removed ${folder}/work ${whose}`,
    ]);
    expect(exitCode).toBe(0);
    expect(whatIsThere(device)).toEqual({
      work: false,
      mount: false,
      loop: false,
      groups: false,
      anyGroup: false,
    });
    expect(isRunning('sleep', seconds)).toBe(false);
    expect((await clean()).lines).toEqual(['nothing to clean']);
  });

  it('leaves a living run alone', async () => {
    const { process: started, device } = await start();
    expect((await clean()).lines).toEqual([`run of a test (pid ${started.pid ?? 0}) is alive, left alone`]);
    expect(whatIsThere(device)).toEqual({
      work: true,
      mount: true,
      loop: true,
      groups: true,
      anyGroup: true,
    });
    started.kill('SIGKILL');
    await once(started, 'exit');
    await clean();
  });

  it('removes no file through a mount that it does not own, says so, and can be asked again', async () => {
    const { pid } = await killed();
    const foreign = join(folder, 'work', 'foreign');
    mkdirSync(foreign);
    await processRunner.run('mount', ['-t', 'tmpfs', 'tmpfs', foreign]);
    writeFileSync(join(foreign, 'precious'), '');

    const { lines, exitCode } = await clean();
    expect(exitCode).toBe(4);
    expect(lines.at(-1)).toBe(
      `could not remove ${folder}/work: ${folder}/work was not removed: ${foreign} is still mounted (run of a test, pid ${pid})`,
    );
    expect(existsSync(join(foreign, 'precious'))).toBe(true);

    await processRunner.run('umount', [foreign]);
    expect(await clean()).toEqual({
      lines: [`removed ${folder}/work (run of a test, pid ${pid})`],
      exitCode: 0,
    });
  });

  it('says the same as JSON', async () => {
    const { pid } = await killed();
    const { lines } = await clean('--json');
    expect(JSON.parse(lines.join('\n'))).toMatchObject({
      cleaned: [{ purpose: 'run of a test', pid, failed: [], removed: { length: 4 } }],
      living: [],
    });
  });

  it('needs root when there is something to do', async () => {
    await killed();
    const getuid = vi.spyOn(process, 'getuid').mockReturnValue(1000);
    await expect(clean()).rejects.toMatchObject({ code: 'not-root', exitCode: 3 });
    getuid.mockRestore();
    await clean();
  });
});
