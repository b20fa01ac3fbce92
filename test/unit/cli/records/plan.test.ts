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

      runtime            once for all             one more [95 %]  per host as set  bound by                       limits raised [95 %]  then bound by  hosts for 50,000 [95 %]
      nspawn                 11.4 MiB                     144 MiB               25  fs.inotify.max_user_instances  1,638 [1,636, 1,639]  memory                              31
      qemu *                 67.1 MiB  434 MiB [429 MiB, 439 MiB]              544  memory                               544 [537, 549]  memory                     92 [92, 94]
      qemu * less cache      67.1 MiB  338 MiB [333 MiB, 343 MiB]              698  memory                               698 [687, 708]  memory                     72 [71, 73]

      nspawn: 3.01 times [2.97, 3.07] as many instances per host as qemu *
      nspawn: 2.35 times [2.30, 2.39] as many instances per host as qemu * less its translation cache
      break-even: qemu * takes at most 10 % more memory than nspawn from 2.81 GiB [2.75 GiB, 2.88 GiB] of work in each on
      break-even: qemu * less its translation cache takes at most 10 % more memory than nspawn from 1.87 GiB [1.82 GiB, 1.94 GiB] of work in each on

      nspawn (6 steps, up to 8 instances)
        ! measured up to 8 instances, and one host is to hold 1,638: extrapolated 205-fold; the line was straight up to 8 (no step lies off it by more than 0.2 % of what 8 cost) and is assumed to stay so
        ! needs fs.inotify.max_user_instances (inotify instances of root) ≥ 8,190 on each host; the host of the run has 128
      qemu (6 steps, up to 8 instances)
        ! measured up to 8 instances, and one host is to hold 544: extrapolated 68.0-fold; the line was straight up to 8 (no step lies off it by more than 0.3 % of what 8 cost) and is assumed to stay so
        ! emulation makes a VM dearer: 96.0 MiB of one more are its cache of translated code, which none has under KVM. What stands less that cache is nearer to KVM, and still no KVM figure (docs/kvm.md)
        ! of 512 MiB of guest RAM 165 MiB are in use while it idles, and 25.0 MiB are free that the host has provided: work takes these first, and they are counted once; work beyond 347 MiB takes a VM with more RAM, and is planned so

      Cost: the charge of the control groups of all instances, which is what limits apply to.
      One more: Theil–Sen slope over the steps, with its 95 % interval (Sen 1968), which the ranges of the plan come from. A range of which both ends read alike is left out.
      The interval knows how steps lie off the line and how instances differ, not how hosts do. How lines of other runs went on, up to 100 containers: docs/density.md.
      Instances per host: the most N with once + (one more + what work adds) · N within the memory less the reserve, and within the limits of the kernel: as they were on the host of the run, or raised where a sysctl can.
      Instances were idle when they were measured: what they take for work is the workload memory, and theirs alone.
      A VM keeps what its guest once touched: over time it may grow to all of its RAM. It then costs what it does with work that fills its RAM: plan with that workload to be safe.
      Break-even: by the memory of one more instance with its work; hosts follow it, rounded up.
      Instances have no network but 127.0.0.1: what one takes of the host (addresses, sockets, bandwidth) is in no figure.
      * emulated (TCG): not a KVM figure"
    `);
  });

  it('says of a host alone what it holds, and where there is no interval there is no factor', async () => {
    const { out } = await plan(saved(densityRecord({ steps: [1, 2, 4] })), '--host-memory', '16G');
    expect(out).toMatchInlineSnapshot(`
      "plan from 20261123T090000Z-a1b2c3, 2026-11-23 09:00 UTC, image debian-trixie
      for a host with 16.0 GiB, 1.60 GiB of it in reserve; no workload named, so several are planned; by the charge of their control groups

      runtime              once for all         one more [95 %]  per host as set  bound by                       limits raised [95 %]  then bound by
      idle instances
        nspawn                 11.5 MiB  15.9 MiB (no interval)               25  fs.inotify.max_user_instances     924 (no interval)  memory
        qemu *                 68.9 MiB   330 MiB (no interval)               44  memory                             44 (no interval)  memory
        qemu * less cache      68.9 MiB   234 MiB (no interval)               62  memory                             62 (no interval)  memory
      instances with 256 MiB of work each
        nspawn                 11.5 MiB   272 MiB (no interval)               25  fs.inotify.max_user_instances      54 (no interval)  memory
        qemu *                 68.9 MiB   561 MiB (no interval)               26  memory                             26 (no interval)  memory
        qemu * less cache      68.9 MiB   465 MiB (no interval)               31  memory                             31 (no interval)  memory
      instances with 512 MiB of work each
        nspawn                 11.5 MiB   528 MiB (no interval)               25  fs.inotify.max_user_instances      27 (no interval)  memory
        qemu *                 68.9 MiB   817 MiB (no interval)               17  memory                             17 (no interval)  memory
        qemu * less cache      68.9 MiB   721 MiB (no interval)               20  memory                             20 (no interval)  memory
      instances with 1.00 GiB of work each
        nspawn                 11.5 MiB  1.02 GiB (no interval)               14  memory                             14 (no interval)  memory
        qemu *                 68.9 MiB  1.30 GiB (no interval)               11  memory                             11 (no interval)  memory
        qemu * less cache      68.9 MiB  1.20 GiB (no interval)               11  memory                             11 (no interval)  memory

      nspawn against qemu *: no factor, too few steps for an interval
      nspawn against qemu * less its translation cache: no factor, too few steps for an interval
      break-even: qemu * takes at most 10 % more memory than nspawn from 2.81 GiB (no interval) of work in each on
      break-even: qemu * less its translation cache takes at most 10 % more memory than nspawn from 1.87 GiB (no interval) of work in each on

      nspawn (3 steps, up to 4 instances)
        ! measured up to 4 instances, and one host is to hold 924: extrapolated 231-fold; the line was straight up to 4 (no step lies off it by more than 0.1 % of what 4 cost) and is assumed to stay so
        ! 3 steps cannot give an interval of 95 %: five with different numbers of instances can
        ! needs fs.inotify.max_user_instances (inotify instances of root) ≥ 4,620 on each host; the host of the run has 128
      qemu (3 steps, up to 4 instances)
        ! measured up to 4 instances, and one host is to hold 44: extrapolated 11.0-fold; the line was straight up to 4 (no step lies off it by more than 0.5 % of what 4 cost) and is assumed to stay so
        ! 3 steps cannot give an interval of 95 %: five with different numbers of instances can
        ! emulation makes a VM dearer: 96.0 MiB of one more are its cache of translated code, which none has under KVM. What stands less that cache is nearer to KVM, and still no KVM figure (docs/kvm.md)
        ! of 512 MiB of guest RAM 165 MiB are in use while it idles, and 25.0 MiB are free that the host has provided: work takes these first, and they are counted once; work beyond 347 MiB takes a VM with more RAM, and is planned so

      Cost: the charge of the control groups of all instances, which is what limits apply to.
      One more: Theil–Sen slope over the steps, with its 95 % interval (Sen 1968), which the ranges of the plan come from. A range of which both ends read alike is left out.
      The interval knows how steps lie off the line and how instances differ, not how hosts do. How lines of other runs went on, up to 100 containers: docs/density.md.
      Instances per host: the most N with once + (one more + what work adds) · N within the memory less the reserve, and within the limits of the kernel: as they were on the host of the run, or raised where a sysctl can.
      Instances were idle when they were measured: what they take for work is the workload memory, and theirs alone.
      A VM keeps what its guest once touched: over time it may grow to all of its RAM. It then costs what it does with work that fills its RAM: plan with that workload to be safe.
      Break-even: by the memory of one more instance with its work; hosts follow it, rounded up.
      Instances have no network but 127.0.0.1: what one takes of the host (addresses, sockets, bandwidth) is in no figure.
      * emulated (TCG): not a KVM figure"
    `);
  });

  it('takes the record itself as well, and another basis and reserve', async () => {
    const run = join(saved(), 'run.json');
    const { out } = await plan(run, '--host-memory', '64G', '--basis', 'host-delta', '--reserve', '25%');
    expect(out.split('\n')[1]).toBe(
      'for a host with 64.0 GiB, 16.0 GiB of it in reserve; no workload named, so several are planned; by the fall of MemAvailable',
    );
    const { out: other } = await plan(run, '--host-memory', '64G', '--reserve', '8G');
    expect(other).toContain('8.00 GiB of it in reserve');
  });

  it.each([
    ['900EUR', /7\.20EUR/u, /3,600EUR/u],
    ['€ 900', /€ 7\.20/u, /€ 3,600/u],
    ['1200.50', / 9\.60 /u, / 4,802 /u],
  ])('shares a price of %s in its currency', async (price, each, total) => {
    // 1 GiB of work: 3 hosts of 256 GiB hold 500 of either, and one is spare: 4 · 900 / 500.
    const { out } = await plan(
      saved(),
      ...['--host-memory', '256G', '--instances', '500', '--spare-hosts', '1'],
      ...['--host-price', price, '--workload-memory', '1G'],
    );
    const row = out.split('\n').find((line) => line.startsWith('nspawn')) ?? '';
    expect(`${row} `).toMatch(each);
    expect(row).toMatch(total);
    expect(out).toContain('with 1 spare host');
    expect(out).toMatch(/in reserve; (?:900EUR|€ 900|1,200\.5) a month each;/u);
  });

  it('binds at a cap', async () => {
    const { out } = await plan(
      saved(),
      '--host-memory',
      '256G',
      '--max-per-host',
      '20',
      '--workload-memory',
      '0',
    );
    const rows = out.split('\n').filter((line) => /^(?:nspawn|qemu) .* MiB /u.test(line));
    expect(rows.map((row) => row.trim().split(/ {2,}/u).slice(-2))).toEqual([
      ['20', 'the cap'],
      ['20', 'the cap'],
      ['20', 'the cap'],
    ]);
    expect(out).toContain('no more than 20 on one host');
  });

  it('gives a RuntimeClass for Kubernetes', async () => {
    const { out } = await plan(saved(), '--host-memory', '256G', '--format', 'runtime-class');
    expect(out).toMatch(/^overhead:\n {2}podFixed:\n {4}memory: "\d+Mi" #.*\n {4}cpu: "\d+m" #/mu);
  });

  it('gives everything as JSON', async () => {
    const { out } = await plan(saved(), '--host-memory', '256G', '--instances', '500', '--format', 'json');
    const found = JSON.parse(out) as CapacityPlan;
    expect(found.question).toMatchObject({ basis: 'charge', instances: 500, workloadMemoryBytes: 0 });
    expect(found.runtimes.map(({ runtime, boundBy }) => [runtime, boundBy])).toEqual([
      ['nspawn', { kind: 'memory', name: 'memory' }],
      ['qemu', { kind: 'memory', name: 'memory' }],
    ]);
    expect(found.furtherWorkloads).toHaveLength(3);
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
    [
      'no host memory',
      ['RUN'],
      'the memory of a host is not named',
      'name it, such as --host-memory 256G; the host of this run has 7.76 GiB',
    ],
    [
      'spare hosts of nothing',
      ['RUN', '--host-memory', '4G', '--spare-hosts', '1'],
      'spare hosts come on top',
      '--instances 500',
    ],
    ['spare hosts that are none', ['RUN', '--spare-hosts', '-1'], 'a whole number from 0 to', undefined],
    ['a cap of 0', ['RUN', '--max-per-host', '0'], 'a whole number from 1 to', undefined],
    [
      'a price without a number',
      ['RUN', '--host-price', 'cheap'],
      'a price above 0 such as 900EUR',
      undefined,
    ],
    ['a price below 0', ['RUN', '--host-price', '-3 EUR'], 'a price above 0 such as 900EUR', undefined],
    ['a price of nothing', ['RUN', '--host-price', '0 EUR'], 'a price above 0 such as 900EUR', undefined],
    ['a price with commas', ['RUN', '--host-price', '1,200 EUR'], 'digits without commas', undefined],
    ['a workload that is none', ['RUN', '--workload-memory', '-1'], 'a size such as 512M or 2G', undefined],
    ['a break-even of nothing', ['RUN', '--break-even', '0%'], 'a share from 0.1 % to 999 %', undefined],
    ['a break-even that is no share', ['RUN', '--break-even', '2'], 'a share from 0.1 % to 999 %', undefined],
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
