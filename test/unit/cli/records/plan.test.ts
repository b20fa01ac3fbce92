import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CapacityPlan } from '../../../../results/capacity/capacity-plan.ts';
import type { RunRecord } from '../../../../results/record.ts';
import { densityRecord } from '../../../fixtures/records/density.ts';
import { twinboot, type Told } from '../../../support/terminal.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A run folder that holds this record. */
function saved(record: RunRecord = densityRecord()): string {
  writeFileSync(join(folder, 'run.json'), JSON.stringify(record));
  return folder;
}

const plan = (...words: string[]): Promise<Told> => twinboot(['plan', ...words]);

describe('twinboot plan', () => {
  it('says how many instances a host holds, how many hosts it takes, and what to know about that', async () => {
    const { out, exitCode } = await plan(
      saved(),
      '--host-memory',
      '256G',
      '--host-cpus',
      '64',
      '--instances',
      '50000',
      '--workload-memory',
      '128M',
    );
    expect(exitCode).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "plan from 20261123T090000Z-a1b2c3, 2026-11-23 09:00 UTC, image debian-trixie
      for a host with 256 GiB and 64 CPUs, 25.6 GiB of it in reserve; 128 MiB for the work of each instance; 50,000 instances wanted; by the charge of their control groups

      runtime  once for all                one more [95 %]       per host [95 %]  hosts for 50,000 [95 %]  bound by
      nspawn       11.4 MiB  16.0 MiB [15.9 MiB, 16.1 MiB]  1,638 [1,636, 1,639]              31 [31, 31]  memory
      qemu *       67.1 MiB     331 MiB [326 MiB, 336 MiB]        514 [508, 519]              98 [97, 99]  memory

      nspawn: 3.19 times [3.15, 3.23] as many instances per host as qemu *

      nspawn (6 steps, up to 8 instances)
        ! measured up to 8 instances, this plan says 1,638: extrapolated 205-fold; the line is assumed to stay straight
        ! needs fs.inotify.max_user_instances (inotify instances of root) ≥ 8,190 on each host; the host of the run has 128
      qemu (6 steps, up to 8 instances)
        ! measured up to 8 instances, this plan says 514: extrapolated 64.3-fold; the line is assumed to stay straight

      Cost: the charge of the control groups of all instances, which is what limits apply to.
      One more: Theil–Sen slope over the steps, with its 95 % interval (Sen 1968), which the ranges of the plan come from.
      The interval knows how steps lie off the line and how instances differ, not how hosts do.
      Instances per host: the most N with once + (one more + workload) · N within the memory less the reserve.
      Instances were idle when they were measured: what they take for work is the workload memory, and theirs alone.
      A VM keeps what its guest once touched: over time it may grow to its whole memory, if nothing takes that back.
      * emulated (TCG): not a KVM figure"
    `);
  });

  it('says of a host alone what it holds, and where there is no interval there is no factor', async () => {
    const { out } = await plan(saved(densityRecord({ steps: [1, 2, 4] })), '--host-memory', '16G');
    expect(out).toMatchInlineSnapshot(`
      "plan from 20261123T090000Z-a1b2c3, 2026-11-23 09:00 UTC, image debian-trixie
      for a host with 16.0 GiB, 1.60 GiB of it in reserve; nothing for the work of instances: they idle; by the charge of their control groups

      runtime  once for all         one more [95 %]    per host [95 %]  bound by
      nspawn       11.5 MiB  15.9 MiB (no interval)  924 (no interval)  memory
      qemu *       68.9 MiB   330 MiB (no interval)   44 (no interval)  memory

      nspawn against qemu *: no factor, too few steps for an interval

      nspawn (3 steps, up to 4 instances)
        ! measured up to 4 instances, this plan says 924: extrapolated 231-fold; the line is assumed to stay straight
        ! 3 steps cannot give an interval of 95 %: five with different numbers of instances can
        ! needs fs.inotify.max_user_instances (inotify instances of root) ≥ 4,620 on each host; the host of the run has 128
      qemu (3 steps, up to 4 instances)
        ! measured up to 4 instances, this plan says 44: extrapolated 11.0-fold; the line is assumed to stay straight
        ! 3 steps cannot give an interval of 95 %: five with different numbers of instances can

      Cost: the charge of the control groups of all instances, which is what limits apply to.
      One more: Theil–Sen slope over the steps, with its 95 % interval (Sen 1968), which the ranges of the plan come from.
      The interval knows how steps lie off the line and how instances differ, not how hosts do.
      Instances per host: the most N with once + (one more + workload) · N within the memory less the reserve.
      Instances were idle when they were measured: what they take for work is the workload memory, and theirs alone.
      A VM keeps what its guest once touched: over time it may grow to its whole memory, if nothing takes that back.
      * emulated (TCG): not a KVM figure"
    `);
  });

  it('takes the record itself as well, and another basis and reserve', async () => {
    const run = join(saved(), 'run.json');
    const { out } = await plan(run, '--host-memory', '64G', '--basis', 'host-delta', '--reserve', '25%');
    expect(out.split('\n')[1]).toBe(
      'for a host with 64.0 GiB, 16.0 GiB of it in reserve; nothing for the work of instances: they idle; by the fall of MemAvailable',
    );
    const { out: other } = await plan(run, '--host-memory', '64G', '--reserve', '8G');
    expect(other).toContain('8.00 GiB of it in reserve');
  });

  it('gives everything as JSON', async () => {
    const { out } = await plan(saved(), '--host-memory', '256G', '--instances', '500', '--format', 'json');
    const found = JSON.parse(out) as CapacityPlan;
    expect(found.question).toMatchObject({ basis: 'charge', instances: 500, workloadMemoryBytes: 0 });
    expect(found.runtimes.map(({ runtime, boundBy }) => [runtime, boundBy])).toEqual([
      ['nspawn', 'memory'],
      ['qemu', 'memory'],
    ]);
    expect(found.ratios[0]?.found?.interval).toEqual({
      low: expect.any(Number) as number,
      high: expect.any(Number) as number,
    });
  });

  it('writes a page and its chart where it is told', async () => {
    const out = join(folder, 'new', 'place');
    const { notes } = await plan(saved(), '--host-memory', '256G', '--out', out);
    expect(notes).toBe(`page  ${join(out, 'plan.html')}`);
    expect(readdirSync(out).sort()).toEqual([
      'plan-instances-per-host.png',
      'plan-instances-per-host.svg',
      'plan.html',
    ]);
    expect(readFileSync(join(out, 'plan.html'), 'utf8')).toContain('instances on a host with 256 GiB');
  });

  it('ends with 4, and the reasons, where no runtime has a plan', async () => {
    const record = densityRecord({ runtimes: ['nspawn'] });
    for (const sample of record.samples) sample.outcome = 'failed';
    const { out, exitCode } = await plan(
      saved(record),
      '--host-memory',
      '256G',
      '--out',
      join(folder, 'page'),
    );
    expect(exitCode).toBe(4);
    expect(out).toContain('! no plan: density was not measured');
    expect(readdirSync(join(folder, 'page'))).toEqual(['plan.html']);
  });

  it('prints no terminal sequences of a record', async () => {
    const record = densityRecord();
    record.image.name = 'evil\u001b[2Jimage';
    for (const sample of record.samples) {
      const { stop } = sample.details as { stop?: { reason: string; message: string } };
      if (stop !== undefined) Object.assign(stop, { reason: 'failure', message: 'gone\u001b[2J\u202e away' });
    }
    const { out } = await plan(saved(record), '--host-memory', '256G');
    expect(out).toContain('gone away');
    // eslint-disable-next-line no-control-regex -- they are what is looked for
    expect(out).not.toMatch(/[\u001b\u202e]/u);
  });

  it.each([
    ['a run without density', ['STORM', '--host-memory', '4G'], 'no density sample', 'twinboot run density'],
    ['a run that is not there', ['nosuch', '--host-memory', '4G'], 'nosuch', undefined],
    ['no host memory', ['RUN'], '--host-memory', undefined],
    ['a size that is none', ['RUN', '--host-memory', 'much'], 'a size such as 512M or 2G', undefined],
    [
      '0 instances',
      ['RUN', '--host-memory', '4G', '--instances', '0'],
      'a whole number from 1 to',
      undefined,
    ],
    ['0 CPUs', ['RUN', '--host-memory', '4G', '--host-cpus', '0'], 'a whole number from 1 to', undefined],
    [
      'a reserve that is none',
      ['RUN', '--host-memory', '4G', '--reserve', '120%'],
      'a share below 100 %',
      undefined,
    ],
    [
      'a reserve as large as the host',
      ['RUN', '--host-memory', '1G'],
      'a reserve of 1.00 GiB leaves nothing of a host with 1.00 GiB',
      '--reserve 5%',
    ],
    ['an unknown basis', ['RUN', '--host-memory', '4G', '--basis', 'rss'], 'charge, host-delta', undefined],
  ])('says so at %s', async (_, words, message, hint) => {
    const run = saved(words[0] === 'STORM' ? densityRecord({ scenarios: ['storm'] }) : densityRecord());
    const { exitCode, notes } = await plan(...words.map((word) => (/^(RUN|STORM)$/.test(word) ? run : word)));
    expect(exitCode).toBe(2);
    expect(notes).toContain(message);
    if (hint !== undefined) expect(notes).toContain(hint);
  });
});
