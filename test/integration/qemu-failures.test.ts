import { copyFileSync, cpSync, existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../core/package-root.ts';
import { acting, expectShown } from '../support/harmless.ts';
import { newTraces, rememberTraces } from '../support/host-state.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { twinboot } from '../support/terminal.ts';
import { newRunsFolder, onlyRecord } from './support.ts';

/**
 * A fixture program in the place of QEMU goes wrong in every way that a VM can. Each boot must end at its deadline or
 * before, say what happened with the console's last lines, and leave nothing behind.
 */
const fixtures = besideItsNode(join(packageRoot(), 'test/fixtures/qemu'));

/** What is in QEMU's room is /usr and QEMU's own folder: a Node that lies elsewhere has to lie in the latter. */
function besideItsNode(folder: string): string {
  if (process.execPath.startsWith('/usr/')) return folder;
  const copy = temporaryFolder();
  cpSync(folder, copy, { recursive: true });
  copyFileSync(process.execPath, join(copy, 'node'));
  return copy;
}

beforeAll(async () => {
  // The disk under the fixture is the real image's: built here where it is not cached yet.
  const { exitCode, notes } = await twinboot(['image', 'build']);
  expect(exitCode, notes).toBe(0);
});

beforeEach(rememberTraces);
afterEach(() => {
  vi.unstubAllEnvs();
  expect(newTraces()).toEqual([]);
});

async function bootMisbehaving(way: string, accelerator = 'tcg') {
  vi.stubEnv('PATH', `${fixtures}${delimiter}${process.env.PATH ?? ''}`);
  const out = newRunsFolder();
  const words = ['run', 'startup', '--runtime', `qemu:accel=${accelerator},append=misbehave=${way}`];
  const told = await twinboot([...words, '--rounds', '1', '--warmup', '0', '--timeout', '3', '--out', out]);
  const { folder, record } = onlyRecord(out);
  return { told, folder, runtime: record.runtimes[0], sample: record.samples[0] };
}

describe('a VM that goes wrong', () => {
  it.each([
    ['hang', 'timeout', 'boot-timeout', 'the instance was not ready within 3 s'],
    ['hang-with-children', 'timeout', 'boot-timeout', 'the instance was not ready within 3 s'],
    ['panic', 'failed', 'kernel-panic', 'the guest’s kernel panicked before it was ready'],
    ['kvm-stops', 'failed', 'kvm-stopped', 'KVM stopped the machine before it was ready'],
    ['power-off-early', 'failed', 'guest-ended-early', 'before it was ready (exit 0)'],
    ['refuse-to-start', 'failed', 'guest-ended-early', 'before it was ready (exit 1)'],
    ['flood-console', 'timeout', 'boot-timeout', 'the instance was not ready within 3 s'],
    ['flood-agent', 'failed', 'agent-answer-too-long', 'longer than 8388608 bytes'],
    ['binary-agent', 'timeout', 'boot-timeout', 'the agent’s port carried'],
    ['other-version', 'failed', 'agent-version', 'speaks protocol 1, not 2'],
  ])('%s', async (way, outcome, code, message) => {
    const { told, folder, sample } = await bootMisbehaving(way);
    expect(told.exitCode).toBe(4);
    expect(sample?.outcome).toBe(outcome);
    expect(sample?.error?.code).toBe(code);
    expect(sample?.error?.message).toContain(message);
    if (code !== 'guest-ended-early' && !code.startsWith('agent')) {
      expect(sample?.error?.consoleTail?.join('\n')).toMatch(/Linux version|x{100}/);
    }
    // However much the guest says, its log is bounded.
    expect(statSync(join(folder, 'console', 'r1-1-qemu.log')).size).toBeLessThan(9 * 1024 * 1024);
  });

  it('says on the console’s last lines why QEMU refused', async () => {
    const { sample } = await bootMisbehaving('refuse-to-start');
    expect(sample?.error?.consoleTail).toContain(
      'qemu-system-x86_64: -machine q35: unsupported machine type',
    );
  });

  it('shows what QEMU and the guest say, whatever it would do to a terminal or a log', async () => {
    const { told, folder, sample } = await bootMisbehaving('hostile-words');
    expect(sample?.error?.consoleTail?.join('\n')).toContain('injected');
    expectShown(told.out);
    expectShown(told.notes);
    expect(readFileSync(join(folder, 'report/report.md'), 'utf8')).not.toMatch(acting);
    expect(readFileSync(join(folder, 'report/index.html'), 'utf8')).not.toMatch(acting);
    const again = await twinboot(['report', folder]);
    expectShown(again.out + again.notes);
  });
});

describe('a KVM', () => {
  it.for([
    [
      'that stops after the kernel’s first line is none',
      'kvm-stops',
      'tcg',
      'KVM internal error. Suberror: 1',
    ],
    ['under which the kernel’s clock runs is one', 'kvm-runs', 'kvm', undefined],
  ] as const)('%s', async ([, way, accelerator, reason], { skip }) => {
    skip(!existsSync('/dev/kvm'), 'this host has no /dev/kvm');
    const { runtime } = await bootMisbehaving(way, 'auto');
    expect(runtime?.accelerator).toBe(accelerator);
    if (reason === undefined) expect(runtime?.acceleratorReason).toBeUndefined();
    else expect(runtime?.acceleratorReason).toContain(reason);
  });
});
