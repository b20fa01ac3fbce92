import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cgroupNamed, type Cgroup } from '../../../harness/process/cgroup.ts';
import type { Finished, ProcessRunner } from '../../../harness/process/runner.ts';
import { containerDevices, limitDevices, readDeviceRules } from '../../../harness/runtimes/device-rules.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
  mkdirSync(join(root, 'boot'));
});
afterEach(() => rmSync(root, { recursive: true }));

const v1 = (): Cgroup => cgroupNamed({ mode: 'hybrid', v1: { devices: root }, v2Controllers: [] }, 'boot');
const v2 = (): Cgroup => cgroupNamed({ mode: 'v2', v1: {}, unified: root, v2Controllers: ['pids'] }, 'boot');

/** Answers perl with these words and keeps what it was called with. */
function perl(answer: Partial<Finished>): { runner: ProcessRunner; calls: string[][] } {
  const calls: string[][] = [];
  const run = (command: string, args: readonly string[]) => {
    calls.push([command, ...args]);
    return Promise.resolve({ stdout: '', stderr: '', exitCode: 0, ...answer });
  };
  return { runner: { run }, calls };
}

describe('what an instance may do with devices', () => {
  it('is what every program may expect, and nothing that reaches hardware', () => {
    expect(containerDevices).toEqual([
      'c 1:3 rwm',
      'c 1:5 rwm',
      'c 1:7 rwm',
      'c 1:8 rwm',
      'c 1:9 rwm',
      'c 5:0 rwm',
      'c 5:1 rwm',
      'c 5:2 rwm',
      'c 136:* rwm',
    ]);
  });

  it('v1: all is denied, then each rule is allowed', async () => {
    const { runner, calls } = perl({});
    await limitDevices(runner, v1(), ['c 1:3 rwm']);
    expect(readFileSync(join(root, 'boot/devices.deny'), 'utf8')).toBe('a');
    expect(readFileSync(join(root, 'boot/devices.allow'), 'utf8')).toBe('c 1:3 rwm');
    expect(calls).toEqual([]);
  });

  it('v2: a program is attached to the group', async () => {
    const { runner, calls } = perl({});
    await limitDevices(runner, v2(), ['c 1:3 rwm', 'c 5:2 rwm']);
    const [[command, program, ...rest] = []] = calls;
    expect([command, ...rest]).toEqual(['perl', 'attach', join(root, 'boot'), 'c 1:3 rwm', 'c 5:2 rwm']);
    expect(program).toMatch(/device-rules\.pl$/);
  });
});

describe('what the kernel says of it', () => {
  it('v1: the rules', async () => {
    writeFileSync(join(root, 'boot/devices.list'), 'c 1:3 rwm\nc 136:* rwm\n');
    expect(await readDeviceRules(perl({}).runner, v1())).toEqual({ rules: ['c 1:3 rwm', 'c 136:* rwm'] });
  });

  it('v2: how many programs judge it', async () => {
    expect(await readDeviceRules(perl({ stdout: '1\n' }).runner, v2())).toEqual({ programs: 1 });
  });

  it('is unknown, with the reason, where it cannot be read', async () => {
    expect(await readDeviceRules(perl({}).runner, v1())).toEqual({
      unknown: expect.stringContaining('ENOENT') as string,
    });
  });
});
