import { describe, expect, it } from 'vitest';
import { evaluateGate } from '../../../../results/gate/evaluate.ts';
import { parseGate } from '../../../../results/gate/read-gate.ts';
import type { BaselineState } from '../../../../results/gate/baseline-rules.ts';
import type { LedgerRow, RunRecord } from '../../../../results/record.ts';
import { buildRecord } from '../../../fixtures/records/record.ts';
import { known } from './known.ts';

const NONE: BaselineState = { reason: 'no baseline for this host', willBeSaved: false };

const quiet = (rounds = 12, seed = 7): RunRecord =>
  buildRecord({ rounds, seed, failedBoot: false, hostile: false });

function judge(text: string, record: RunRecord, baseline: BaselineState = NONE) {
  return evaluateGate(parseGate(text, 'twinboot.yaml', known), record, baseline);
}

/** A line for each row beside the boots, and the sentence. */
function told(...words: Parameters<typeof judge>): string {
  const { rows, why, warnings } = judge(...words);
  const lines = rows
    .filter(({ rule, verdict }) => rule !== 'failed boots' || verdict === 'fail')
    .map(({ rule, subject, measured, limit, verdict, reason }) =>
      [`${rule} in ${subject}: ${measured} | ${limit} | ${verdict}`, ...(reason ? [reason] : [])].join(' | '),
    );
  return [...lines, ...warnings.map((warning) => `! ${warning}`), why].join('\n');
}

/** The same record with one metric of one runtime set, round by round. */
function withValues(
  record: RunRecord,
  runtime: string,
  metric: string,
  values: readonly number[],
): RunRecord {
  for (const sample of record.samples) {
    const value = values[(sample.round - 1) % values.length];
    for (const found of sample.values) {
      if (sample.runtime === runtime && found.metric === metric && value !== undefined) found.value = value;
    }
  }
  return record;
}

/** The same record with one service in another state, in the rounds given (default: all). */
function withService(
  record: RunRecord,
  runtime: string,
  row: Pick<LedgerRow, 'service' | 'state'> & Partial<LedgerRow>,
  rounds?: readonly number[],
): RunRecord {
  for (const sample of record.samples) {
    if (sample.runtime !== runtime || sample.scenario !== 'services') continue;
    if (rounds !== undefined && !rounds.includes(sample.round)) continue;
    const others = (sample.details.services as LedgerRow[]).filter(({ service }) => service !== row.service);
    sample.details = { services: [...others, { host: 'unknown', duplicated: false, ...row }] };
  }
  return record;
}

const MAX = 'runtimes: [nspawn]\nmetrics: { startup.ready: { max: 500 ms } }';
const near500 = [490, 495, 498, 499, 500, 501, 502, 505, 508, 510, 497, 503];

describe('a limit', () => {
  it('passes where the whole interval is within it, and fails where the whole interval is beyond it', () => {
    const at = (ms: number) =>
      withValues(
        quiet(),
        'nspawn',
        'startup.ready',
        near500.map((one) => one + ms),
      );
    expect(told(MAX, at(-100))).toMatchInlineSnapshot(`
      "startup.ready max in nspawn: 401 ms [397 ms, 405 ms], n = 12 | at most 500 ms | pass
      Passes: 2 of 2 rules hold."
    `);
    expect(told(MAX, at(100))).toMatchInlineSnapshot(`
      "startup.ready max in nspawn: 601 ms [597 ms, 605 ms], n = 12 | at most 500 ms | fail
      Fails: 1 of 2 rules: startup.ready max in nspawn: 601 ms [597 ms, 605 ms], n = 12 (at most 500 ms)."
    `);
  });

  it('is inconclusive where the interval holds it: said loudly, and passed unless the file says otherwise', () => {
    const record = withValues(quiet(), 'nspawn', 'startup.ready', near500);
    expect(told(MAX, record)).toMatchInlineSnapshot(`
      "startup.ready max in nspawn: 501 ms [497 ms, 505 ms], n = 12 | at most 500 ms | inconclusive | the 95 % interval of the median holds the limit
      ! 1 rule could not be decided and counts as passed: more rounds would tell, and \`inconclusive: fail\` would count them as failed
      Undecided: 1 of 2 rules hold, 1 inconclusive."
    `);
    expect(judge(MAX, record).passed).toBe(true);
    expect(told(`${MAX}\ninconclusive: fail`, record)).toMatchInlineSnapshot(`
      "startup.ready max in nspawn: 501 ms [497 ms, 505 ms], n = 12 | at most 500 ms | inconclusive | the 95 % interval of the median holds the limit
      Fails: 1 of 2 rules: startup.ready max in nspawn: 501 ms [497 ms, 505 ms], n = 12 (at most 500 ms; the 95 % interval of the median holds the limit)."
    `);
    expect(judge(`${MAX}\ninconclusive: fail`, record).passed).toBe(false);
  });

  it('of a single round is judged on its value, and says so', () => {
    const record = withValues(quiet(1), 'nspawn', 'startup.ready', [450]);
    expect(told(MAX, record)).toMatchInlineSnapshot(`
      "startup.ready max in nspawn: 450 ms, n = 1 | at most 500 ms | pass | one value gives no interval: the value is judged
      ! 1 limit judged on fewer than 6 values, too few for an interval of 95 %
      Passes: 2 of 2 rules hold."
    `);
  });

  it('that is reached exactly, as counts are, passes', () => {
    const record = withValues(quiet(), 'nspawn', 'services.running', [9]);
    const gate = (max: number) => `runtimes: [nspawn]\nmetrics: { services.running: { max: ${max} } }`;
    expect(judge(gate(9), record).passed).toBe(true);
    expect(judge(gate(8), record).passed).toBe(false);
  });

  it('may be a least', () => {
    const gate = 'runtimes: [nspawn]\nmetrics: { services.running: { min: 100 } }';
    expect(told(gate, quiet())).toMatchInlineSnapshot(`
      "services.running min in nspawn: 5 [5, 5], n = 12 | at least 100 | fail
      Fails: 1 of 2 rules: services.running min in nspawn: 5 [5, 5], n = 12 (at least 100)."
    `);
  });

  it('under a name wins over the one for all, and its siblings stay', () => {
    const gate = `metrics:
  startup.ready: { max: 1 s, min: 1 ms, vm: { max: 20 s }, qemu: { max: 30 s } }`;
    expect(told(gate, quiet())).toMatchInlineSnapshot(`
      "startup.ready max in nspawn: 448 ms [441 ms, 453 ms], n = 12 | at most 1 s | pass
      startup.ready min in nspawn: 448 ms [441 ms, 453 ms], n = 12 | at least 1 ms | pass
      startup.ready max in qemu: 14.3 s [14.1 s, 14.4 s], n = 12 | at most 30 s | pass
      startup.ready min in qemu: 14.3 s [14.1 s, 14.4 s], n = 12 | at least 1 ms | pass
      Passes: 6 of 6 rules hold."
    `);
  });

  it('is written as the file has it', () => {
    const record = withValues(quiet(), 'nspawn', 'startup.cpu', [2.5]);
    for (const { metrics } of record.scenarios) {
      for (const metric of metrics) if (metric.id === 'startup.cpu') metric.unit = 'ms/s';
    }
    for (const value of record.samples.flatMap(({ values }) => values)) {
      if (value.metric === 'startup.cpu') value.unit = 'ms/s';
    }
    const metrics = known.metrics.map((metric) =>
      metric.id === 'startup.cpu' ? { ...metric, unit: 'ms/s' as const } : metric,
    );
    const text = 'runtimes: [nspawn]\nmetrics: { startup.cpu: { max: 2.5 } }';
    const gate = parseGate(text, 'twinboot.yaml', { ...known, metrics });
    expect(evaluateGate(gate, record, NONE).rows.at(-1)).toMatchObject({
      measured: '2.50 ms/s [2.50 ms/s, 2.50 ms/s], n = 12',
      limit: 'at most 2.5',
      verdict: 'pass',
    });
  });

  it('may be on the ratio of VM over container, for all pairs or for one', () => {
    const gate = `metrics:
  startup.ready: { vm/container: { max: 2 } }
  memory.total: { qemu / nspawn: { max: 1000 } }`;
    expect(told(gate, quiet())).toMatchInlineSnapshot(`
      "startup.ready max in qemu / nspawn: 31.9 [31.0, 32.7], n = 12 | at most 2 | fail
      memory.total max in qemu / nspawn: 29.0 [28.7, 29.2], n = 12 | at most 1000 | pass
      Fails: 1 of 4 rules: startup.ready max in qemu / nspawn: 31.9 [31.0, 32.7], n = 12 (at most 2; emulated (TCG): not a KVM figure)."
    `);
  });
});

describe('what is missing fails', () => {
  it('a metric that a runtime does not have', () => {
    expect(told('metrics: { startup.kernel: { max: 90 s } }', quiet())).toMatchInlineSnapshot(`
      "startup.kernel max in nspawn: – | at most 90 s | fail | missing: a container boots no kernel of its own
      startup.kernel max in qemu: 1.17 s [1.15 s, 1.21 s], n = 12 | at most 90 s | pass
      Fails: 1 of 4 rules: startup.kernel max in nspawn: missing: a container boots no kernel of its own."
    `);
  });

  it('a metric that the record did not measure', () => {
    const record = buildRecord({ rounds: 6, failedBoot: false, scenarios: ['startup'] });
    expect(told('metrics: { memory.total: { qemu: { max: 2G } } }', record)).toMatchInlineSnapshot(`
      "memory.total max in qemu: – | at most 2G | fail | missing: the record did not measure it
      Fails: 1 of 3 rules: memory.total max in qemu: missing: the record did not measure it."
    `);
  });

  it('a runtime of the file', () => {
    const record = buildRecord({ rounds: 6, runtimes: ['nspawn'], failedBoot: false });
    const gate = 'runtimes: [nspawn, qemu]\nmetrics: { startup.ready: { vm: { max: 20 s } } }';
    expect(told(gate, record)).toMatchInlineSnapshot(`
      "runtime measured in qemu: – | – | fail | the record has no qemu
      startup.ready in vm: – | – | fail | the record has no vm
      Fails: 2 of 3 rules; first of all runtime measured in qemu: the record has no qemu."
    `);
  });

  it('but not a runtime of a preset, which this host cannot run', () => {
    const record = buildRecord({ rounds: 6, runtimes: ['nspawn'], failedBoot: false });
    expect(judge('runtimes: [all]', record).passed).toBe(true);
  });

  it('the services of a record without a ledger', () => {
    const record = buildRecord({
      rounds: 6,
      failedBoot: false,
      scenarios: ['startup'],
      runtimes: ['nspawn'],
    });
    expect(told('services: { forbid-failed: true }', record)).toMatchInlineSnapshot(`
      "failed units in nspawn: – | none may fail | fail | missing: no good boot with a services ledger (scenario services)
      Fails: 1 of 2 rules: failed units in nspawn: missing: no good boot with a services ledger (scenario services)."
    `);
  });

  it('every boot', () => {
    const record = buildRecord({ rounds: 3, allFail: true, hostile: false, runtimes: ['nspawn'] });
    expect(told('metrics: { startup.ready: { max: 1 s } }', record)).toMatchInlineSnapshot(`
      "failed boots in nspawn: 3 of 3 (100 %) | at most 0 | fail
      startup.ready max in nspawn: – | at most 1 s | fail | missing: the agent was not heard within 120 s
      Fails: 2 of 2 rules; first of all failed boots in nspawn: 3 of 3 (100 %) (at most 0)."
    `);
  });

  it('the end of the run', () => {
    const record = buildRecord({ rounds: 6, failedBoot: false, state: 'interrupted' });
    expect(told('rounds: 20', record)).toMatchInlineSnapshot(`
      "run complete in run: interrupted | it must be complete | fail | the run was cut short
      Fails: 1 of 3 rules: run complete: interrupted (it must be complete; the run was cut short)."
    `);
  });
});

describe('boots and the image', () => {
  it('no boot may fail, unless the file allows some', () => {
    const record = buildRecord({ rounds: 12, hostile: false });
    expect(told('rounds: 12', record)).toMatchInlineSnapshot(`
      "failed boots in qemu: 1 of 12 (8.3 %) | at most 0 | fail
      Fails: 1 of 2 rules: failed boots in qemu: 1 of 12 (8.3 %) (at most 0)."
    `);
    expect(judge('max-failed-boots: 5%', record).passed).toBe(false);
  });

  it.each(['1', '10%'])('a known rate of failures is borne, and said: %s', (limit) => {
    const record = buildRecord({ rounds: 12, hostile: false });
    const { passed, rows, warnings } = judge(`max-failed-boots: ${limit}`, record);
    expect(passed).toBe(true);
    expect(rows.find(({ subject }) => subject === 'qemu')).toMatchObject({
      measured: '1 of 12 (8.3 %)',
      verdict: 'pass',
    });
    expect(warnings).toEqual([
      `qemu: 1 of 12 (8.3 %) boots failed, within the limit of ${limit.replace('%', ' %')}; ` +
        'the figures are of the other 11 boots',
    ]);
  });

  it('what the files of the image take has a limit', () => {
    expect(told('max-image-size: 300 MiB', quiet(6))).toMatchInlineSnapshot(`
      "image size in image: 393 MiB | at most 300 MiB | fail
      Fails: 1 of 3 rules: image size: 393 MiB (at most 300 MiB)."
    `);
    expect(judge('max-image-size: 400 MiB', quiet(6)).passed).toBe(true);
  });
});

describe('services', () => {
  const UDEV = 'systemd-udevd.service';

  it('that are forbidden may be there, but not start, in any boot', () => {
    const gate = 'services: { container: { forbid: [systemd-udevd] } }';
    const skipped = withService(quiet(), 'nspawn', { service: UDEV, state: 'skipped', reason: '/sys' });
    expect(told(gate, skipped)).toMatchInlineSnapshot(`
      "systemd-udevd.service forbidden in nspawn: skipped: /sys (12 of 12 boots) | may not be started | pass
      Passes: 3 of 3 rules hold."
    `);
    expect(told(gate, withService(skipped, 'nspawn', { service: UDEV, state: 'running' }, [3])))
      .toMatchInlineSnapshot(`
        "systemd-udevd.service forbidden in nspawn: running (1 of 12 boots) | may not be started | fail
        Fails: 1 of 3 rules: systemd-udevd.service forbidden in nspawn: running (1 of 12 boots) (may not be started)."
      `);
    const ended = withService(quiet(), 'nspawn', { service: UDEV, state: 'inactive', startMs: 40 });
    expect(judge(gate, ended).passed).toBe(false);
    expect(judge(gate, withService(ended, 'nspawn', { service: UDEV, state: 'unknown' })).passed).toBe(false);
  });

  it('that are required run, or have run to their end, in every boot', () => {
    const gate = 'runtimes: [qemu]\nservices: { require: [systemd-udevd, motd] }';
    const up = withService(quiet(), 'qemu', { service: UDEV, state: 'running' });
    expect(told(gate, up)).toMatchInlineSnapshot(`
      "systemd-udevd.service required in qemu: running (12 of 12 boots) | must run, or have run | pass
      motd.service required in qemu: not-installed | must run, or have run | fail | no boot knows a unit of this name; did you mean "dbus.service"?
      Fails: 1 of 3 rules: motd.service required in qemu: not-installed (must run, or have run; no boot knows a unit of this name; did you mean "dbus.service"?)."
    `);
    expect(judge(gate, withService(up, 'qemu', { service: 'motd.service', state: 'exited' })).passed).toBe(
      true,
    );
  });

  it('that are forbidden and that no boot knows pass with a warning: it may be a slip of the hand', () => {
    const result = judge('runtimes: [qemu]\nservices: { forbid: [systemd-udevdd, motd] }', quiet());
    expect(result.rows.filter(({ unknownUnit }) => unknownUnit).map(({ verdict }) => verdict)).toEqual([
      'pass',
      'pass',
    ]);
    expect(result.warnings).toMatchInlineSnapshot(`
      [
        "2 rules hold because no boot knows such a unit: systemd-udevdd.service forbidden in qemu, motd.service forbidden in qemu",
      ]
    `);
  });

  it('that fail are named, where none may', () => {
    const record = withService(quiet(), 'qemu', { service: 'a.service', state: 'failed' }, [2, 3]);
    expect(told('runtimes: [qemu]\nservices: { forbid-failed: true }', record)).toMatchInlineSnapshot(`
      "failed units in qemu: a.service (2 of 12 boots) | none may fail | fail
      Fails: 1 of 2 rules: failed units in qemu: a.service (2 of 12 boots) (none may fail)."
    `);
  });

  it('add up, of all runtimes, of a kind and of one', () => {
    const gate = 'services: { forbid: [a], container: { forbid: [b] }, nspawn: { forbid: [c, a] } }';
    const rules = judge(gate, quiet()).rows.filter(({ rule }) => rule.includes('forbidden'));
    expect(rules.map(({ rule, subject }) => `${subject}: ${rule}`)).toEqual([
      'nspawn: a.service forbidden',
      'nspawn: b.service forbidden',
      'nspawn: c.service forbidden',
      'qemu: a.service forbidden',
    ]);
  });
});

describe('limits against a baseline', () => {
  const gate = 'runtimes: [nspawn]\nmetrics: { startup.ready: { regression: 10% } }';
  const of = (record: RunRecord): BaselineState => ({ side: { name: 'main/x', records: [record] } });
  const slower = (share: number) => {
    const record = quiet(20, 8);
    for (const { runtime, values } of record.samples) {
      for (const value of values) if (runtime === 'nspawn' && value.unit === 'ms') value.value *= share;
    }
    return record;
  };

  it('hold where nothing changed', () => {
    expect(judge(gate, quiet(20, 8), of(quiet(20))).passed).toBe(true);
  });

  it('fail where it got worse by more, and not where it got better', () => {
    const worse = judge(gate, slower(1.4), of(quiet(20)));
    expect(worse.passed).toBe(false);
    expect(worse.why).toMatch(
      /^Fails: 1 of 2 rules: startup\.ready regression in nspawn: 1\.4\d? times the baseline \[/,
    );
    expect(judge(gate, slower(0.6), of(quiet(20)))).toMatchObject({ passed: true, baseline: quiet().id });
  });

  it('each with its own least effect', () => {
    const two = `runtimes: [nspawn]
metrics: { startup.ready: { regression: 10% }, startup.cpu: { regression: 80% } }`;
    const verdicts = judge(two, slower(1.4), of(quiet(20))).rows.flatMap(({ rule, verdict }) =>
      rule.endsWith('regression') ? [`${rule} ${verdict}`] : [],
    );
    expect(verdicts).toEqual(['startup.ready regression fail', 'startup.cpu regression pass']);
  });

  it('fail without a baseline, and say how to make one', () => {
    expect(told(gate, quiet())).toMatchInlineSnapshot(`
      "startup.ready regression in nspawn: – | less than 10 % worse than the baseline | fail | no baseline for this host
      Fails: 1 of 2 rules: startup.ready regression in nspawn: no baseline for this host."
    `);
  });

  it('are skipped where this run becomes the baseline', () => {
    expect(told(gate, quiet(), { reason: 'no baseline yet', willBeSaved: true })).toMatchInlineSnapshot(`
      "startup.ready regression in nspawn: – | less than 10 % worse than the baseline | skipped | no baseline yet
      Passes: 1 of 2 rules hold, 1 skipped for want of a baseline."
    `);
  });

  it('fail where the baseline did not measure it', () => {
    const without = buildRecord({ rounds: 6, failedBoot: false, scenarios: ['startup'], hostile: false });
    const memory = 'runtimes: [nspawn]\nmetrics: { memory.total: { regression: 10% } }';
    expect(told(memory, quiet(), of(without))).toMatchInlineSnapshot(`
      "memory.total regression in nspawn: – | less than 10 % worse than the baseline | fail | missing: it has no value on one side
      Fails: 1 of 2 rules: memory.total regression in nspawn: missing: it has no value on one side."
    `);
  });

  it('fail where the baseline did not run it, whatever characters the id of the runtime has', () => {
    const record = quiet();
    const named = <T extends { runtime: string }>(one: T): T =>
      one.runtime === 'qemu' ? { ...one, runtime: 'qemu:append=a  b' } : one;
    record.samples = record.samples.map(named);
    record.runtimes = record.runtimes.map((one) =>
      one.id === 'qemu' ? { ...one, id: 'qemu:append=a  b' } : one,
    );
    const { rows } = judge('metrics: { startup.ready: { regression: 10% } }', record, of(quiet()));
    expect(rows.at(-1)).toMatchObject({
      subject: 'qemu:append=a  b',
      reason: 'qemu:append=a b: not compared, since BASE did not run it',
    });
  });

  it('may be on the ratio of VM over container', () => {
    const ratio = 'metrics: { startup.ready: { vm/container: { regression: 20% } } }';
    expect(judge(ratio, quiet(20, 8), of(quiet(20))).rows.at(-1)).toMatchObject({
      subject: 'qemu / nspawn',
      verdict: 'pass',
    });
  });

  it('may forbid a difference that needs no statistics', () => {
    const changes = 'forbid-changes: [service-appeared, image-kernel]';
    const base = withService(quiet(), 'nspawn', { service: 'new.service', state: 'inactive' });
    const next = withService(quiet(), 'nspawn', { service: 'new.service', state: 'running' });
    expect(told(changes, next, of(base))).toMatchInlineSnapshot(`
      "service-appeared in nspawn: new.service now runs in nspawn (was inactive) | may not be | fail
      image-kernel in baseline: none | may not be | pass
      Fails: 1 of 4 rules: service-appeared in nspawn: new.service now runs in nspawn (was inactive) (may not be)."
    `);
  });
});

it('refuses a record that was edited by hand', () => {
  const record = withValues(quiet(), 'nspawn', 'startup.ready', [-3]);
  expect(() => judge(MAX, record)).toThrow(/startup\.ready is -3 ms .* which no measurement gives/);
});
