import { describe, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Ledger, RunRecord } from '../../results/record.ts';
import { ended, newRunsFolder, onlyRecord, said, startRun } from '../integration/support.ts';
import { newTraces, rememberTraces } from '../support/host-state.ts';
import { twinboot } from '../support/terminal.ts';
import { samplesOf, sumOfParts, valueOf } from '../support/samples.ts';

/** What every change has to pass in the lab: a host with systemd, cgroup v2 and a KVM that runs Linux. */
describe('smoke', () => {
  beforeEach(rememberTraces);

  it('doctor: the main job can run, under KVM', async () => {
    const told = await twinboot(['doctor', '--json']);
    const { able, checks } = JSON.parse(told.out) as {
      able: boolean;
      checks: { title: string; state: string }[];
    };
    expect(able, told.out).toBe(true);
    const states = new Map(checks.map(({ title, state }) => [title, state]));
    expect(states.get('KVM: runs a guest')).toBe('ok');
    expect(states.get('boundaries')).toBe('ok');
    expect(checks.filter(({ state }) => state === 'missing')).toEqual([]);
  });

  describe('a run of nspawn, podman with crun and QEMU', () => {
    const vm = 'qemu';
    let record: RunRecord;
    let out = '';

    beforeAll(async () => {
      const runs = newRunsFolder();
      const runtimes = ['nspawn', 'podman:oci=crun', vm].flatMap((spec) => ['--runtime', spec]);
      const told = await twinboot([
        ...['run', 'startup', 'memory', 'services', ...runtimes],
        // One virtual CPU: of guests with two, one in ten stalls or takes the lab along (docs/kvm.md).
        ...['--rounds', '1', '--warmup', '0', '--cpus', '1', '--timeout', '600', '--out', runs],
      ]);
      expect(told.exitCode, told.notes).toBe(0);
      out = told.out;
      ({ record } = onlyRecord(runs));
    });

    it('boots all of them, and leaves nothing behind', () => {
      expect(record.samples.map(({ outcome }) => outcome)).toEqual(Array(9).fill('ok'));
      expect(newTraces()).toEqual([]);
    });

    it('finds by itself that KVM runs this kernel, and marks no figure of it as emulated', () => {
      const qemu = record.runtimes.find(({ id }) => id === vm);
      expect(qemu).toMatchObject({ accelerator: 'kvm', emulated: false });
      expect(out).not.toContain('not a KVM figure');
    });

    it('says that the host is emulated, where times are shown', () => {
      expect(record.host.virtualization).toBe('tcg');
      expect(out).toContain('this host is emulated');
    });

    it('explains where the memory goes', () => {
      for (const sample of samplesOf(record, 'memory')) {
        const totalBytes = valueOf(sample, 'memory.total');
        expect(sumOfParts(record, sample)).toBeCloseTo(totalBytes, 0);
        const restShare = Math.abs(valueOf(sample, 'memory.unexplained')) / totalBytes;
        expect(restShare, sample.runtime).toBeLessThan(0.05);
      }
    });

    it('knows that this host runs udev and D-Bus too', () => {
      for (const sample of samplesOf(record, 'services')) {
        const { services } = sample.details as unknown as Ledger;
        const row = (name: string) => services.find(({ service }) => service === name);
        expect(row('dbus.service')).toMatchObject({ state: 'running', host: 'running', duplicated: true });
        expect(row('systemd-udevd.service')?.host).toBe('running');
        expect(row('systemd-udevd.service')?.state).toBe(sample.runtime === vm ? 'running' : 'skipped');
        expect(valueOf(sample, 'services.duplicated')).toBeGreaterThanOrEqual(4);
      }
    });
  });

  it.each([
    { runtime: 'podman', words: ['startup', '--rounds', '50', '--warmup', '0'], word: 'round 1' },
    { runtime: 'nspawn', words: ['density', '--instances', '1,2'], word: '1 live' },
  ])(
    'SIGKILL with $runtime: clean removes what the dead run registered',
    async ({ runtime, words, word }) => {
      const child = startRun(newRunsFolder(), [...words, '--runtime', runtime]);
      await said(child, word);
      child.kill('SIGKILL');
      await ended(child);
      expect(newTraces()).not.toEqual([]);
      const cleaned = await twinboot(['clean']);
      expect(cleaned.exitCode, cleaned.notes).toBe(0);
      expect(newTraces()).toEqual([]);
    },
  );
});
