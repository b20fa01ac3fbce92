import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addNoiseCommand } from '../../../../harness/cli/machine/noise.ts';
import type { RunRecord } from '../../../../results/record.ts';
import { buildRecord, type RecordOptions } from '../../../fixtures/records/record.ts';
import { runCommand, type Said } from '../../../support/command.ts';
import { ownState } from '../../../support/own-state.ts';

const own = ownState();

/** What `twinboot noise …` says on standard output and beside it. */
function noise(...words: string[]): Promise<Said> {
  return runCommand(addNoiseCommand, ['noise', ...words]);
}

function saved(options: RecordOptions, change: (record: RunRecord) => void = () => undefined): string {
  const file = join(own.folder, 'run.json');
  const record = buildRecord({ hostile: false, ...options });
  change(record);
  writeFileSync(file, JSON.stringify(record));
  return file;
}

describe('twinboot noise of a run', () => {
  it('prints a block for each runtime, the split, and the advice', async () => {
    const { out, notes, exitCode } = await noise(saved({ rounds: 20, scenarios: ['startup'] }));
    expect(exitCode).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "noise of 20261123T090000Z-a1b2c3, 2026-11-23 09:00 UTC, image debian-trixie, 20 rounds

      metric                 median     CV  robust  drift  finds n=5  finds n=10  finds n=20  finds n=50
      nspawn  (n = 20)
        startup.spawn       2.08 ms  2.4 %   2.5 %     no       none       5.3 %       3.5 %       2.3 %
        startup.init         149 ms  3.4 %   4.4 %     no       none       7.3 %       5.4 %       3.3 %
        startup.sysinit      280 ms  2.7 %   2.6 %     no       none       5.7 %       4.2 %       2.4 %
        startup.basic        322 ms  2.5 %   2.8 %     no       none       5.3 %       3.8 %       2.2 %
        startup.dbus         361 ms  2.4 %   2.1 %     no       none       5.0 %       3.5 %       1.9 %
        startup.multi-user   431 ms  2.2 %   2.1 %     no       none       4.7 %       3.2 %       1.8 %
        startup.ready        450 ms  2.0 %   2.0 %     no       none       4.4 %       2.9 %       1.7 %
        startup.command      459 ms  2.0 %   1.9 %     no       none       4.3 %       2.9 %       1.6 %
        startup.cpu          597 ms  1.4 %   1.6 %     no       none       3.0 %       2.0 %       1.2 %
        shutdown.total       206 ms  1.9 %   2.1 %     no       none       4.2 %       2.8 %       1.6 %
      qemu *  (n = 19)
        startup.spawn       2.98 ms  3.2 %   2.7 %     no       none       6.8 %       4.8 %       2.6 %
        startup.kernel       1.20 s  3.4 %   4.3 %     no       none       7.8 %       5.1 %       3.0 %
        startup.initrd       4.34 s  2.3 %   2.4 %     no       none       5.2 %       3.5 %       2.0 %
        startup.init         6.98 s  2.0 %   1.8 %     no       none       4.6 %       3.0 %       1.7 %
        startup.sysinit      12.4 s  1.7 %   1.8 %     no       none       3.9 %       2.5 %       1.5 %
        startup.basic        13.0 s  1.7 %   1.7 %     no       none       3.8 %       2.5 %       1.4 %
        startup.dbus         13.8 s  1.7 %   1.7 %     no       none       3.6 %       2.4 %       1.5 %
        startup.multi-user   13.9 s  1.7 %   1.6 %     no       none       3.6 %       2.4 %       1.5 %
        startup.ready        14.1 s  1.6 %   1.8 %     no       none       3.4 %       2.3 %       1.5 %
        startup.command      14.2 s  1.6 %   1.8 %     no       none       3.4 %       2.3 %       1.5 %
        startup.cpu          14.9 s  1.0 %   1.0 %     no       none       2.1 %       1.4 %       0.8 %
        shutdown.total       2.13 s  1.9 %   2.4 %     no       none       4.3 %       2.6 %       1.8 %

      A/A: odd rounds against even ones: no false alarm in 9 figures.

      CV: standard deviation over mean. robust: the same from the median absolute deviation, which single boots far out
      hardly move. drift: over all rounds (Theil–Sen), where it is beyond chance (Mann–Kendall, p corrected over all rows).
      finds: the least slow-down that n rounds a side find in 9 of 10 comparisons, p corrected over 9 rows (alpha 0.05).
      twinboot compare calls nothing below its least effect (5 %) a regression.
      none: no p of so few rounds could be small enough.
      * emulated (TCG): not a KVM figure

      Advice
        ! failed boots: qemu: 1 of 20 boots failed; they give no value, and are a finding of their own
          → look at their consoles in the report: twinboot report RUN
        ! virtualisation below: kvm: the host is itself a virtual machine: what else runs on the machine below is in every figure, and KVM in it is nested
          → measure on a physical machine, or on one with CPUs of its own; ratios of one run suffer least"
    `);
    expect(notes).toEqual([
      'this is not the host of the run, or not as it was: its SMT, turbo boost and KSM are not looked at',
    ]);
  });

  it('says of few rounds what cannot be told', async () => {
    const { out } = await noise(saved({ rounds: 3, runtimes: ['nspawn'], scenarios: ['startup'] }));
    expect(out).toMatchInlineSnapshot(`
      "noise of 20261123T090000Z-a1b2c3, 2026-11-23 09:00 UTC, image debian-trixie, 3 rounds

      metric                 median     CV  robust  drift  finds n=5  finds n=10  finds n=20  finds n=50
      nspawn  (n = 2)
        startup.spawn       2.13 ms  2.0 %   2.1 %      –          –           –           –           –
        startup.init         149 ms  3.3 %   3.4 %      –          –           –           –           –
        startup.sysinit      277 ms  0.5 %   0.5 %      –          –           –           –           –
        startup.basic        321 ms  0.4 %   0.4 %      –          –           –           –           –
        startup.dbus         359 ms  0.4 %   0.4 %      –          –           –           –           –
        startup.multi-user   428 ms  0.1 %   0.1 %      –          –           –           –           –
        startup.ready        449 ms  0.1 %   0.1 %      –          –           –           –           –
        startup.command      457 ms  0.1 %   0.1 %      –          –           –           –           –
        startup.cpu          598 ms  2.0 %   2.1 %      –          –           –           –           –
        shutdown.total       202 ms  1.8 %   1.9 %      –          –           –           –           –
        ! 2 values are too few to tell what a comparison finds

      A/A: there are too few rounds, or figures, to compare odd rounds with even ones.

      CV: standard deviation over mean. robust: the same from the median absolute deviation, which single boots far out
      hardly move. drift: over all rounds (Theil–Sen), where it is beyond chance (Mann–Kendall, p corrected over all rows).

      Advice
        ! rounds: 2 rounds tell neither drift nor what a comparison would find, and too little about the spread: it takes 10, and 20 are better
          → twinboot noise --rounds 20
        ! failed boots: nspawn: 1 of 3 boots failed; they give no value, and are a finding of their own
          → look at their consoles in the report: twinboot report RUN
        ! virtualisation below: kvm: the host is itself a virtual machine: what else runs on the machine below is in every figure, and KVM in it is nested
          → measure on a physical machine, or on one with CPUs of its own; ratios of one run suffer least"
    `);
  });

  it('advises on the host as the record describes it', async () => {
    const path = saved({ rounds: 10, failedBoot: false }, (record) => {
      record.host.facts['cpu governor'] = 'powersave';
      record.host.facts['transparent huge pages'] = 'always';
      record.host.virtualization = 'QEMU Standard PC';
    });
    const { out } = await noise(path);
    expect(out.slice(out.indexOf('Advice'))).toMatchInlineSnapshot(`
      "Advice
        ! CPU governor: powersave: the clock frequency follows the load, so the first boots may be slower than the later ones
          → echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor
        ! transparent huge pages: always: memory grows by 2 MiB at a time where a free huge page is found, and by 4 KiB where none is
          → echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled
        ! virtualisation below: QEMU Standard PC: the host is itself a virtual machine: what else runs on the machine below is in every figure, and KVM in it is nested
          → measure on a physical machine, or on one with CPUs of its own; ratios of one run suffer least"
    `);
  });

  it('gives everything as JSON', async () => {
    const { out } = await noise(saved({ rounds: 12 }), '--format', 'json');
    expect(JSON.parse(out)).toMatchObject({
      rounds: 12,
      alpha: 0.05,
      rows: expect.arrayContaining([expect.objectContaining({ metric: 'startup.ready', n: 12 })]) as unknown,
      failures: [{ runtime: 'qemu', text: '1 of 12 boots failed' }],
      advice: expect.arrayContaining([expect.objectContaining({ about: 'failed boots' })]) as unknown,
    });
  });

  it('ends with 4 where every boot failed', async () => {
    const { out, exitCode } = await noise(saved({ rounds: 2, allFail: true }));
    expect(exitCode).toBe(4);
    expect(out).toContain('There is not a single value.');
    expect(out).toContain('! failed boots: nspawn: 2 of 2 boots failed');
  });

  it('refuses options for measuring beside a run', async () => {
    await expect(noise(saved({}), '--rounds', '50')).rejects.toMatchObject({
      code: 'already-measured',
      kind: 'usage',
      message: '--rounds is for measuring, and the run is measured already',
    });
  });

  it('refuses what is no record', async () => {
    await expect(noise(join(own.folder, 'nosuch'))).rejects.toMatchObject({ code: 'no-record' });
  });
});

describe('twinboot noise without a run', () => {
  it('measures one, keeps its record, and analyses it', async () => {
    const { out, notes, exitCode } = await noise(
      '--runtime',
      'fake',
      '--rounds',
      '12',
      '--out',
      join(own.folder, 'runs'),
    );
    expect(exitCode).toBe(0);
    expect(out).toContain('fake  (n = 12)');
    // It was measured here and now: what only this host can tell is looked at.
    expect(notes.join('\n')).not.toContain('this is not the host of the run');
    expect(out).toMatch(/^A\/A: odd rounds against even ones: /m);
    const [id = ''] = readdirSync(join(own.folder, 'runs'));
    expect(out).toContain(`${id}/run.json`);
  });
});
