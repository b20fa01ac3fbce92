import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../../core/package-root.ts';
import { createAgent, type Agent } from '../../../../harness/guest/agent.ts';
import { openFifoChannel } from '../../../../harness/guest/channel.ts';
import { parseProcesses } from '../../../../harness/parse/processes.ts';
import { parseGuestClock } from '../../../../harness/guest/protocol.ts';
import { monotonicNs, nsToMs } from '../../../../core/clock.ts';
import { parseMeminfo } from '../../../../harness/parse/meminfo.ts';
import { processRunner } from '../../../../harness/process/runner.ts';
import { findCommand } from '../../../../harness/process/search-path.ts';

const SCRIPT = join(packageRoot(), 'harness', 'guest', 'in-guest', 'twinboot-agent.sh');

/** Tells what reads the unit files: itself (`--root=`), unless /run/unreadable is there, or the manager. */
const SYSTEMCTL = `#!/bin/sh
case $* in
--root=/*list-unit-files*) echo itself.service enabled; [ ! -e /run/unreadable ] ;;
*list-unit-files*) echo manager.service enabled ;;
*--all*) echo Id=one.service ;;
*--state=failed*) echo Id=two.timer ;;
*) if [ -e /run/failed ]; then echo NFailedUnits=1; else echo NFailedUnits=0; fi ;;
esac
`;

const UNITS = ['Id=one.service', ''];

/**
 * In a mount namespace of its own: the FIFOs appear at /run/twinboot, systemctl is the one above, and nothing of the
 * host's /run is touched.
 */
const IN_A_NAMESPACE = [
  'mount -t tmpfs none /run && mkdir /run/twinboot && mount --bind "$1" /run/twinboot',
  'mount -t tmpfs none /usr/local/sbin && echo "$3" >/usr/local/sbin/systemctl',
  'chmod 755 /usr/local/sbin/systemctl && exec /bin/sh "$2"',
].join(' && ');

const canMount = process.getuid?.() === 0 && process.platform === 'linux';

describe('the agent, run by /bin/sh', () => {
  let folder: string;
  let guest: ChildProcess;
  let agent: Agent;

  beforeEach(({ skip }) => skip(!canMount, 'a mount namespace needs root'));
  beforeAll(async () => {
    if (!canMount) return;
    folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
    const fifos = join(folder, 'channel');
    agent = createAgent(await openFifoChannel(fifos, processRunner));
    guest = spawn('unshare', ['--mount', '/bin/sh', '-c', IN_A_NAMESPACE, 'sh', fifos, SCRIPT, SYSTEMCTL], {
      stdio: 'ignore',
    });
  });
  afterAll(async () => {
    if (!canMount) return;
    agent.close();
    guest.kill('SIGKILL');
    await once(guest, 'exit');
    rmSync(folder, { recursive: true });
  });

  it('says READY with a clock that runs like the host’s', async () => {
    const { guestMs, resolutionMs, arrivedNs } = await agent.ready;
    const { lines, askedNs, answeredNs } = await agent.ask('clock');
    const clock = parseGuestClock(lines.join('\n'));
    expect(clock?.resolutionMs).toBe(resolutionMs);
    const passedMs = (clock?.guestMs ?? 0) - guestMs;
    expect(passedMs).toBeGreaterThanOrEqual(0);
    // READY was read before it arrived, and the answer before it was complete.
    expect(nsToMs(askedNs - arrivedNs)).toBeLessThanOrEqual(passedMs + resolutionMs);
    expect(nsToMs(answeredNs)).toBeLessThanOrEqual(nsToMs(monotonicNs()));
  });

  it('meminfo: /proc/meminfo, with the MemTotal that the host has', async () => {
    const { lines, status } = await agent.ask('meminfo');
    const own = parseMeminfo(readFileSync('/proc/meminfo', 'utf8'));
    expect(status).toBe(0);
    expect(parseMeminfo(lines.join('\n')).get('MemTotal')).toBe(own.get('MemTotal'));
  });

  it('processes: this very process among them, under its own name', async () => {
    const { lines } = await agent.ask('processes');
    const found = parseProcesses(lines);
    const mine = found.find(({ pid }) => pid === process.pid);
    expect(mine?.name).toBe(readFileSync('/proc/self/comm', 'utf8').trim());
    expect(mine?.pssBytes).toBeGreaterThan(1e6);
    expect(found.find(({ pid }) => pid === guest.pid)?.name).toMatch(/^(sh|dash|bash)$/);
  });

  it('processes: one whose name has a newline too', async () => {
    const child = spawn('perl', ['-e', '$0 = "a\nb) R 1"; $| = 1; print "up"; sleep 60']);
    await once(child.stdout, 'data');
    const found = parseProcesses((await agent.ask('processes')).lines);
    child.kill();
    expect(found.find(({ pid }) => pid === child.pid)).toMatchObject({
      name: 'a\nb) R 1',
      cpuMs: expect.any(Number) as number,
    });
  });

  it.each([
    ['true', [], [], 0],
    ['exit 3', [], [], 3],
    ['kill -9 $$', [], [expect.stringContaining('Killed')], 137],
    ['echo one; echo two >&2', ['one'], ['two'], 0],
    ['echo one >&2; exit 1', [], ['one'], 1],
    ['printf "%s" "\\no newline" >&2', [], ['\\no newline'], 0],
    ['seq 30 >&2', [], Array.from({ length: 20 }, (_, index) => String(index + 1)), 0],
    ['printf "no newline"', ['no newline'], [], 0],
    ['printf "one\\n\\n"; exit 7', ['one', ''], [], 7],
    ['echo END 000000000000 0', ['END 000000000000 0'], [], 0],
    ['cat', [], [], 0],
    ['umask', ['0022'], [], 0],
    ['nowhere-to-be-found', [], [expect.stringContaining('not found')], 127],
  ])('exec %s: %j, and %j on standard error, status %i', async (command, lines, said, status) => {
    expect(await agent.ask('exec', command)).toMatchObject({ lines, said, status });
  });

  it('an unknown question is refused, and the next one answered', async () => {
    expect(await agent.ask('tell-me' as 'clock')).toMatchObject({
      lines: ['unknown question: tell-me'],
      status: 64,
    });
    expect((await agent.ask('exec', 'echo still here')).lines).toEqual(['still here']);
  });

  it.each([
    ['rm -f /run/failed', [...UNITS, 'Id=manager', 'NFailedUnits=0']],
    ['touch /run/failed', [...UNITS, 'Id=manager', 'NFailedUnits=1', '', 'Id=two.timer']],
  ])('units after %s: services, the manager, and units of any type that failed', async (before, told) => {
    await agent.ask('exec', before);
    expect(await agent.ask('units')).toMatchObject({ lines: told, said: [], status: 0 });
  });

  it('units: the manager again, where there was no room to ask it beside them', async () => {
    await agent.ask('exec', 'rm /run/failed /run/twinboot-agent.manager; mkdir /run/twinboot-agent.manager');
    expect((await agent.ask('units')).lines).toEqual([...UNITS, 'Id=manager', 'NFailedUnits=0']);
  });

  it.each([
    ['after units: systemctl has read them itself meanwhile', true, 'true', 'itself.service enabled'],
    ['a second time: the manager', false, 'true', 'manager.service enabled'],
    ['where systemctl cannot: the manager', true, 'touch /run/unreadable', 'manager.service enabled'],
    [
      'where there is no room for them: the manager',
      true,
      'rm /run/unreadable /run/twinboot-agent.unit-files; mkdir /run/twinboot-agent.unit-files',
      'manager.service enabled',
    ],
  ])('unit-files, %s', async (_, unitsFirst, before, line) => {
    await agent.ask('exec', before);
    if (unitsFirst) await agent.ask('units');
    expect(await agent.ask('unit-files')).toMatchObject({ lines: [line], said: [], status: 0 });
  });

  it('the status of a question whose tools are missing is not 0', async () => {
    const { status, said } = await agent.ask('exec', 'PATH=/nowhere systemctl show');
    expect([status, said.length]).toEqual([127, 1]);
  });
});

describe('the agent’s source', () => {
  it('parses as POSIX shell', async () => {
    await processRunner.run('/bin/sh', ['-n', SCRIPT]);
  });

  it('is clean', async ({ skip }) => {
    skip(findCommand('shellcheck') === undefined, 'shellcheck is not installed');
    const { stdout, exitCode } = await processRunner.run('shellcheck', [SCRIPT], { allowFailure: true });
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 });
  });
});
