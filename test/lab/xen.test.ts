import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MIB } from '../../core/units.ts';
import { freeXenBytes, parseXlInfo } from '../../harness/parse/xen.ts';
import type { RunRecord } from '../../results/record.ts';
import { ended, newRunsFolder, onlyRecord, startRun } from '../integration/support.ts';
import { newTraces, rememberTraces } from '../support/host-state.ts';
import { twinboot } from '../support/terminal.ts';
import { emulated } from './emulated.ts';
import { samplesOf, sumOfParts, valueOf } from '../support/samples.ts';

/** The emulated AMD-V has no NRIPS, without which Xen cannot step over RDTSCP. */
const PVH = 'xen:type=pvh,cpuid=host,,rdtscp=0,,rdpid=0';
const PV = 'xen:type=pv';
const GUEST_BYTES = 512 * MIB;
/** Parts of memory.total that dom0 has, and Xen's free memory does not know. */
const IN_DOM0 = ['memory.manager', 'memory.page-cache', 'memory.host-kernel', 'memory.charged-ahead'];

/** Names of all domains but dom0. */
function domains(): string[] {
  const [, ...rows] = execFileSync('xl', ['list'], { encoding: 'utf8' }).trim().split('\n');
  return rows.flatMap((row) => row.split(/\s+/)[0] ?? []).filter((name) => name !== 'Domain-0');
}

function freeBytes(): number {
  return freeXenBytes(parseXlInfo(execFileSync('xl', ['info'], { encoding: 'utf8' }))) ?? NaN;
}

describe('the dom0 of Xen', () => {
  beforeEach(rememberTraces);
  afterAll(() => expect(domains()).toEqual([]));

  describe('a run of its guests', () => {
    let record: RunRecord;
    let out = '';
    let freeBeforeBytes: number;
    const seen: { domains: string[]; freeBytes: number }[] = [];

    beforeAll(async () => {
      const runs = newRunsFolder();
      const runtimes = [PV, PVH].flatMap((spec) => ['--runtime', spec]);
      freeBeforeBytes = freeBytes();
      const watch = setInterval(() => seen.push({ domains: domains(), freeBytes: freeBytes() }), 60_000);
      const told = await twinboot([
        ...['run', 'startup', 'memory', 'services', 'isolation', 'detection', ...runtimes],
        ...['--rounds', '1', '--warmup', '0', '--cpus', '1', '--timeout', '600', '--out', runs],
      ]).finally(() => clearInterval(watch));
      expect(told.exitCode, told.notes).toBe(0);
      out = told.out;
      ({ record } = onlyRecord(runs));
    }, 2 * emulated.withinMs);

    it('boots all of them, and leaves nothing behind', () => {
      expect(record.samples.map(({ outcome }) => outcome)).toEqual(Array(10).fill('ok'));
      expect(newTraces()).toEqual([]);
      expect(domains()).toEqual([]);
    });

    it('knows that the host is a dom0 on an emulated machine', () => {
      expect(record.host.virtualization).toBe('tcg');
      expect(out).toContain('this host is emulated');
    });

    it.each([PV, PVH])(
      '%s: its memory is its RAM and what dom0 has beside it, and the parts add up',
      (id) => {
        const sample = samplesOf(record, 'memory').find(({ runtime }) => runtime === id);
        if (sample === undefined) throw new Error(`no sample of ${id}`);
        const totalBytes = valueOf(sample, 'memory.total');
        expect(totalBytes).toBeGreaterThan(GUEST_BYTES);
        expect(sumOfParts(record, sample)).toBeCloseTo(totalBytes, 0);
        expect(Math.abs(valueOf(sample, 'memory.unexplained')) / totalBytes).toBeLessThan(0.05);
      },
    );

    it.each([PV, PVH])('%s: what Xen has left falls by what the instance is said to take', (id) => {
      const sample = samplesOf(record, 'memory').find(({ runtime }) => runtime === id);
      if (sample === undefined) throw new Error(`no sample of ${id}`);
      const own = seen.filter(({ domains }) => domains.includes(`twinboot-${sample.boot}`));
      const fallBytes = freeBeforeBytes - Math.min(...own.map(({ freeBytes }) => freeBytes));
      const inDom0 = IN_DOM0.reduce((sum, part) => sum + valueOf(sample, part), 0);
      const takenBytes = valueOf(sample, 'memory.total') - inDom0;
      expect(Math.abs(fallBytes - takenBytes) / takenBytes).toBeLessThan(0.02);
    });

    it.each([PV, PVH])('%s: runs the services that a VM of another kind runs', (id) => {
      const sample = samplesOf(record, 'services').find(({ runtime }) => runtime === id);
      expect(sample && valueOf(sample, 'services.duplicated')).toBeGreaterThanOrEqual(4);
    });
  });

  it('SIGKILL: twinboot clean destroys the domain of the dead run, and no other', async () => {
    const child = startRun(newRunsFolder(), [
      ...['startup', '--runtime', PV, '--rounds', '5', '--warmup', '0', '--cpus', '1', '--timeout', '600'],
    ]);
    while (domains().length === 0) await new Promise((resolve) => setTimeout(resolve, 500));
    child.kill('SIGKILL');
    await ended(child);
    expect(domains()).toHaveLength(1);
    const cleaned = await twinboot(['clean']);
    expect(cleaned.exitCode, cleaned.notes).toBe(0);
    expect(domains()).toEqual([]);
    expect(newTraces()).toEqual([]);
  });
});
