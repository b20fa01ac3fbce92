import { describe, expect, it } from 'vitest';
import { MIB } from '../../../../core/units.ts';
import { buildModel, type ReportModel } from '../../../../report/model/report.ts';
import { thinOut } from '../../../../results/tables/distribution.ts';
import { ledgerIn, type LedgerRow } from '../../../../results/record.ts';
import { summarise } from '../../../../results/summary.ts';
import { buildRecord, hostileText, type RecordOptions } from '../../../fixtures/records/record.ts';

function modelOf(options?: RecordOptions): ReportModel {
  const record = buildRecord(options);
  return buildModel(record, summarise(record));
}

/** A record from before services were known to be repeated. */
function modelOfOld(): ReportModel {
  const record = buildRecord({ hostile: false });
  for (const scenario of record.scenarios)
    scenario.metrics = scenario.metrics.filter(({ id }) => !id.startsWith('services.repeated'));
  for (const sample of record.samples) {
    sample.values = sample.values.filter(({ metric }) => !metric.startsWith('services.repeated'));
    for (const row of (ledgerIn(sample.details)?.services ?? []) as Partial<LedgerRow>[]) {
      delete row.repeated;
      delete row.anonBytes;
    }
  }
  return buildModel(record, summarise(record));
}

describe('the answers', () => {
  it('compare the VM with the container, with interval, n and mark', () => {
    const [time, memory, repeated, duplicated] = modelOf({ rounds: 5 }).answers;
    expect(time?.text).toMatch(
      /^On this host a VM of this image \(QEMU\) took [\d.]+ s to “ready”, the container \(systemd-nspawn\) \d+ ms: [\d.]+ times \[[\d.]+, [\d.]+\], n = 4 and 5\.$/,
    );
    expect(memory?.text).toMatch(/cost the host \d+ MiB of memory.* times \[/);
    expect(repeated?.text).toMatch(
      /^On this host a VM of this image \(QEMU\) took [\d.]+ MiB of anonymous memory for services that each further instance repeats \(6 services\), the container \(systemd-nspawn\) [\d.]+ MiB \(4 services\): [\d.]+ times \[/,
    );
    expect(duplicated?.text).toMatch(/services that the host runs already.* times \[/);
    for (const { mark } of [time, memory, repeated, duplicated].flatMap((answer) => answer ?? [])) {
      expect(mark).toBe('emulated (TCG): not a KVM figure');
    }
  });

  it('say that nothing is duplicated where the host runs none of the services, and repeated all the same', () => {
    const none =
      'This host runs none of these services, so “duplicated” is 0 here; N instances repeat them N times all the same.';
    const answers = modelOf({ systemdOnHost: false, hostile: false }).answers.map(({ text }) => text);
    expect(answers[2]).toContain('services that each further instance repeats (6 services)');
    expect(answers[3]).toBe(none);
    const alone = modelOf({ systemdOnHost: false, runtimes: ['nspawn'], failedBoot: false }).answers;
    expect(alone.map(({ text }) => text).filter((text) => text === none)).toHaveLength(1);
  });

  it('say what an emulated VM costs without its translation cache, by boot', () => {
    const record = buildRecord({ rounds: 3, failedBoot: false, hostile: false });
    // 300, 360 and 330 MiB without it; the medians of both alone would leave 510 - 190 = 320.
    const mib: Record<string, readonly number[]> = {
      'memory.total': [500, 510, 520],
      'memory.translation-cache': [200, 150, 190],
    };
    for (const { runtime, phase, round, values } of record.samples) {
      if (runtime !== 'qemu' || phase !== 'measured') continue;
      for (const value of values) value.value = (mib[value.metric]?.[round - 1] ?? NaN) * MIB || value.value;
    }
    const texts = buildModel(record, summarise(record)).answers.map(({ text }) => text);
    expect(texts).toContain(
      'Of what the VM (QEMU) costs, 190 MiB are the cache of translated code, which emulation alone takes: 330 MiB without ' +
        'it, n = 3. Emulation makes a VM look dearer than under KVM.',
    );
    expect(JSON.stringify(modelOf({ emulated: false }).answers)).not.toContain('translated code');
  });

  it('are those of before on a record that does not know what is repeated', () => {
    const answers = modelOfOld().answers.map(({ text }) => text);
    expect(answers).toHaveLength(4);
    expect(answers[2]).toContain('services that the host runs already');
  });

  it('say who pays where a PSS is greater than the charge, and of no other runtime', () => {
    const record = buildRecord({ emulated: false, hostile: false });
    const memory = record.scenarios.find(({ id }) => id === 'memory');
    memory?.metrics.push({
      id: 'memory.charged-elsewhere',
      title: 'Mapped, charged elsewhere',
      unit: 'bytes',
      better: 'none',
      role: 'detail',
      definition: '',
    });
    for (const { scenario, runtime, values } of record.samples) {
      if (scenario !== 'memory') continue;
      for (const value of values)
        if (value.metric === 'memory.pss' && runtime === 'qemu') value.value = 600 * MIB;
      values.push({ metric: 'memory.charged-elsewhere', unit: 'bytes', value: 105 * MIB });
    }
    const said = buildModel(record, summarise(record)).answers.filter(({ text }) => text.includes('maps'));
    expect(said).toEqual([
      {
        text: 'The VM (QEMU) maps 105 MiB of files, at least, that it is not charged for, as whoever read them first pays. All instances share them once: one more costs the charge, and not the PSS (600 MiB).',
      },
    ]);
  });

  it('carry no mark where the VM ran under KVM', () => {
    expect(modelOf({ emulated: false }).answers.map(({ mark }) => mark)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('say that n is too small after one round', () => {
    expect(modelOf({ rounds: 1, failedBoot: false }).answers[0]?.text).toMatch(
      / times \(n too small for an interval\), n = 1\.$/,
    );
  });

  it('tell of the container alone where every VM boot failed, and say that they failed', () => {
    const answers = modelOf({ rounds: 1 }).answers.map(({ text }) => text);
    expect(answers[0]).toMatch(/^On this host a container of this image \(systemd-nspawn\) took/);
    expect(answers.at(-1)).toBe('Of QEMU there is no figure: the one measured boot failed.');
  });

  it('say that there is no figure where every boot failed', () => {
    expect(modelOf({ rounds: 3, allFail: true }).answers).toEqual([
      { text: 'All 6 measured boots failed, so there is no figure to give. The failures are listed below.' },
    ]);
  });

  it('say that nothing was measured where no round was begun', () => {
    expect(modelOf({ rounds: 0, state: 'interrupted' })).toMatchObject({
      notice: expect.stringContaining('interrupted before its first measured round') as string,
      answers: [{ text: 'This record holds no measured boot yet, so there is no figure to give.' }],
    });
  });
});

describe('the headline table', () => {
  it('has a row for the lead rung and each headline metric, with value, ratio and n', () => {
    const [table] = modelOf({ rounds: 5 }).headline;
    expect(table?.columns.map(({ title }) => title)).toEqual([
      'Metric',
      'Container: systemd-nspawn',
      'VM: QEMU (TCG)',
      'VM / container',
      'n',
    ]);
    expect(table?.mark).toBe('QEMU emulated (TCG): not a KVM figure');
    expect(table?.rows.map(([metric]) => metric?.note)).toEqual([
      'startup.ready',
      'startup.cpu',
      'shutdown.total',
      'memory.total',
      'memory.peak',
      'memory.pss',
      'memory.host-delta',
      'services.running',
      'services.repeated',
      'services.repeated-anon',
      'services.duplicated',
      'services.duplicated-pss',
    ]);
    expect(table?.rows[0]?.at(-1)).toEqual({ text: '5 / 4', note: '1 missing' });
  });

  it('has no ratio where there is nothing to compare', () => {
    const [table] = modelOf({ runtimes: ['nspawn'] }).headline;
    expect(table?.columns.map(({ title }) => title)).toEqual(['Metric', 'Container: systemd-nspawn', 'n']);
    expect(table?.mark).toBeUndefined();
  });

  it('takes in a scenario that this version does not know', () => {
    const { headline, distributions } = modelOf({ scenarios: ['entropy'] });
    expect(headline[0]?.rows.map(([metric]) => metric?.note)).toEqual(['entropy.calls']);
    expect(distributions.map(({ metric }) => metric)).toEqual(['entropy.calls']);
  });
});

describe('the ladder', () => {
  const [ladder] = modelOf().ladders;

  it('has phases that add up to the time until ready', () => {
    for (const { phases, totalMs } of ladder?.climbs ?? []) {
      expect(phases.reduce((sum, { durationMs }) => sum + durationMs, 0)).toBeCloseTo(totalMs, 6);
    }
  });

  it('names the phases of a VM, and leaves the rungs that a container lacks empty', () => {
    const [container, vm] = ladder?.climbs ?? [];
    expect(vm?.phases.map(({ title }) => title).slice(0, 4)).toEqual([
      'process start',
      'VMM and firmware',
      'kernel',
      'initrd',
    ]);
    expect(container?.phases.map(({ title }) => title)).toContain('manager');
    expect(container?.reachedMs.slice(1, 3)).toEqual([undefined, undefined]);
  });
});

describe('the waterfall', () => {
  it('shows one boot of each runtime, whose parts add up to its total', () => {
    const [waterfall] = modelOf().waterfalls;
    expect(waterfall?.falls).toHaveLength(2);
    for (const { partBytes, totalBytes } of waterfall?.falls ?? []) {
      expect(partBytes.reduce<number>((sum, bytes = 0) => sum + bytes, 0)).toBe(totalBytes);
    }
  });
});

describe('the ledger', () => {
  const { ledger } = modelOf();

  it('puts udev and D-Bus first, then journald and logind, then what runs', () => {
    const services = ledger?.services.map(({ service }) => service) ?? [];
    expect(services.slice(0, 4)).toEqual([
      'systemd-udevd.service',
      'dbus.service',
      'systemd-journald.service',
      'systemd-logind.service',
    ]);
    expect(services).not.toContain('ssh.service');
  });

  it('sets apart what runs in none of the instances', () => {
    const idle = ledger?.idle.map(({ service }) => service) ?? [];
    expect(idle.slice(-2)).toEqual(['ssh.service', 'systemd-resolved.service']);
  });

  it('says why udev does not run in the container, and that it is duplicated in the VM', () => {
    expect(ledger?.services[0]?.places).toMatchObject([
      { state: 'skipped', reason: 'ConditionPathIsReadWrite=/sys', duplicated: false },
      { state: 'running', duplicated: true, pssBytes: expect.any(Number) as number },
    ]);
  });

  it('says what is repeated, and what of that is duplicated', () => {
    const dbus = ledger?.services[1]?.places;
    expect(dbus).toMatchObject([
      { repeated: true, duplicated: true, anonBytes: expect.any(Number) as number },
      { repeated: true, duplicated: true, anonBytes: expect.any(Number) as number },
    ]);
    expect(ledger?.note).toBeUndefined();
    const places = ledger?.services.find(({ service }) => service === 'getty@tty1.service')?.places;
    expect(places?.map(({ repeated, duplicated }) => [repeated, duplicated])).toEqual([
      [false, false],
      [true, false],
    ]);
  });

  it('says so where the host runs none of them', () => {
    const found = modelOf({ systemdOnHost: false, hostile: false }).ledger;
    expect(found?.note).toMatch(/^This host runs none of these services, so “duplicated” is 0 here/);
    expect(found?.services[1]).toMatchObject({ host: 'not-running', places: [{ repeated: true }, {}] });
  });

  it('of an older record knows by name and state what is repeated', () => {
    const dbus = modelOfOld().ledger?.services[1]?.places;
    expect(dbus?.map(({ repeated, anonBytes }) => [repeated, anonBytes])).toEqual([
      [true, undefined],
      [true, undefined],
    ]);
  });

  it('says so where boots differ', () => {
    const record = buildRecord({ runtimes: ['nspawn'], failedBoot: false });
    const sample = record.samples.find(
      ({ scenario, phase }) => scenario === 'services' && phase === 'measured',
    );
    const rows = sample?.details.services as { service: string; state: string }[];
    const dbus = rows.find(({ service }) => service === 'dbus.service');
    if (dbus) dbus.state = 'failed';
    const entry = buildModel(record, summarise(record)).ledger?.services.find(
      ({ service }) => service === 'dbus.service',
    );
    expect(entry?.places[0]).toMatchObject({ state: 'running', stateNote: 'in 4 of 5 boots' });
  });

  it('survives details that are no ledger', () => {
    const record = buildRecord();
    for (const sample of record.samples) sample.details = { services: 'nothing of the kind' };
    expect(buildModel(record, summarise(record)).ledger).toBeUndefined();
  });
});

describe('the failures', () => {
  it('list a boot once, although three scenarios shared it, with the end of its console', () => {
    const { failures } = modelOf();
    expect(failures.boots.map(({ begun, failed }) => [begun, failed])).toEqual([
      [5, 0],
      [5, 1],
    ]);
    expect(failures.shown).toHaveLength(1);
    expect(failures.shown[0]).toMatchObject({
      runtime: 'QEMU (TCG)',
      when: 'round 2',
      outcome: 'timeout',
      scenarios: ['startup', 'memory', 'services'],
    });
    expect(failures.shown[0]?.consoleTail).toContain('\nYou are in emergency mode.\n');
  });
});

describe('thinOut', () => {
  it('keeps both extremes and the middle', () => {
    const values = Array.from({ length: 10_001 }, (_, index) => (index * 7919) % 10_001);
    const shown = thinOut(values, 101);
    expect(shown).toHaveLength(101);
    expect([shown[0], shown[50], shown[100]]).toEqual([0, 5000, 10_000]);
  });

  it('leaves few values as they are, in their order', () => {
    expect(thinOut([3, 1, 2], 3)).toEqual([3, 1, 2]);
  });
});

it('holds no control character, whatever the guest sent', () => {
  // eslint-disable-next-line no-control-regex -- that is the point
  expect(hostileText).toMatch(/[\u0000-\u001f\u2028\u202e]/u);
  const lines = JSON.stringify(modelOf(), (_, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('\n', '') : value,
  );
  expect(lines).not.toMatch(/\\u0|[\u2028\u202e]/u);
});
