import { describe, expect, it } from 'vitest';
import type { Comparison } from '../../../../../results/compare/comparison.ts';
import { comparisonDocument } from '../../../../../results/compare/document.ts';
import { renderTerminal, type TerminalOptions } from '../../../../../results/verdicts/forms/terminal.ts';
import {
  buildComparison,
  buildHostileComparison,
  buildRow,
} from '../../../../fixtures/records/comparison.ts';
import { hostileText } from '../../../../fixtures/records/record.ts';
import { buildGateDocument, buildGateRow, buildHostileGateDocument } from '../../gate/result.ts';

const compareTable = (comparison: Comparison, options?: TerminalOptions): string =>
  renderTerminal(comparisonDocument(comparison), options).toString();

describe('the table of a comparison', () => {
  it('is grouped by runtime and ends with the verdict in one sentence', () => {
    expect(compareTable(buildComparison())).toMatchInlineSnapshot(`
      "BASE  runs/base: run run-base, 2026-11-23 09:00 UTC, image debian-trixie (9c1185a5c5e9)
      NEW   runs/new: run run-new, 2026-11-24 09:00 UTC, image debian-trixie (0d3b5c11aa42)

      metric                 BASE       NEW       NEW/BASE [95 %]       p  verdict
      nspawn  (n = 12 and 12)
        ✗ startup.ready    446 ms    501 ms     1.12 [1.09, 1.15]  <0.001  regression
        ✓ startup.cpu      446 ms    448 ms     1.00 [0.99, 1.02]       1  pass
        ? memory.total   19.1 MiB  20.4 MiB     1.07 [0.98, 1.14]    0.12  inconclusive, ~8 more
      qemu *  (n = 12 and 11, 12 and 0)
        ✓ startup.ready    14.2 s    12.3 s  0.866 [0.840, 0.890]  0.0021  improvement
        ✗ memory.total    391 MiB         –                     –       –  missing
        ! memory.total: NEW has no value: the cgroup was gone
      qemu / nspawn *  (n = 12 and 11)
        ✓ startup.ready      31.8      24.6  0.771 [0.750, 0.800]  0.0012  improvement

      Structural differences
        - the packages of the image: 1 added (cron 3.0) [packages]
        - systemd-udevd.service now runs in nspawn (was skipped: ConditionPathIsReadWrite=/sys) [service-appeared]

      ! qemu: 0 of 12 boots failed in BASE, 1 of 12 boots failed in NEW

      Medians. p: permutation test, corrected over all rows (Holm); least effect 5 %, alpha 0.05.
      A VM / a container: the median of the ratios by round.
      ~n more: about so many more rounds a side would decide
      * emulated (TCG): not a KVM figure

      Fails: 1 regression and 1 missing figure, first of all startup.ready of nspawn: 1.12 times BASE [1.09, 1.15]."
    `);
  });

  it('marks every line of a forced comparison, and says across what', () => {
    const environment = [{ key: 'cpu model', base: 'Xeon', next: 'EPYC' }];
    const table = compareTable(
      buildComparison({ environment, rows: [buildRow(), buildRow({ metric: 'memory.total' })] }),
    );
    expect(table.match(/^ {2}✓ \S+ †/gmu)).toHaveLength(2);
    expect(table).toContain('† compared across different environments: cpu model: Xeon → EPYC');
  });

  it('marks the lines of times that hang on the host, and explains the mark', () => {
    const rows = [buildRow({ timeMarks: ['emulated-host'] }), buildRow({ metric: 'memory.total' })];
    const table = compareTable(buildComparison({ rows }));
    expect(table).toMatch(/^ {2}✓ startup\.ready \^ /mu);
    expect(table).toMatch(/^ {2}✓ memory\.total +[\d.]/mu);
    expect(table).toContain('^ this host is emulated: times are not figures of any real machine');
  });

  it('says a reason that holds for a whole runtime once', () => {
    const rows = ['startup.ready', 'startup.cpu'].map((metric) =>
      buildRow({ metric, verdict: 'inconclusive', reason: 'one value a side gives no interval' }),
    );
    const table = compareTable(buildComparison({ rows }));
    expect(table.match(/one value a side gives no interval/gu)).toHaveLength(1);
    expect(table).toContain('\n  ! one value a side gives no interval');
  });

  it('fits 100 columns', () => {
    const lines = compareTable(buildComparison({ structure: [] })).split('\n');
    const figures = lines.slice(0, lines.indexOf('', 4));
    for (const line of figures) expect(line.length).toBeLessThanOrEqual(100);
  });

  it('colours verdicts where it is told to, and nothing else', () => {
    const plain = compareTable(buildComparison());
    const coloured = compareTable(buildComparison(), { colour: true });
    expect(plain).not.toContain('\u001b');
    expect(coloured).toContain('\u001b[31mregression\u001b[39m');
    expect(coloured).toContain('\u001b[33minconclusive, ~8 more\u001b[39m');
    // eslint-disable-next-line no-control-regex -- colours are what is taken off
    expect(coloured.replace(/\u001b\[\d+m/gu, '')).toBe(plain);
  });

  it('lets no guest text redraw the terminal', () => {
    const table = compareTable(buildHostileComparison(`\u001b[2J\u0007${hostileText}`));
    // eslint-disable-next-line no-control-regex -- they are what must not be there
    expect(table).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u2028\u202e]/u);
    expect(table).not.toMatch(/^# line/mu);
  });

  it('marks what fails, and what is worse and does not count', () => {
    const comparison = buildComparison({ rows: [buildRow({ verdict: 'regression' })], structure: [] });
    const withFailures = (...failOn: 'regression'[]): string =>
      renderTerminal(comparisonDocument(comparison, failOn)).toString();
    expect(withFailures('regression')).toMatch(/^ {2}✗ startup\.ready/mu);
    expect(withFailures()).toMatch(/^ {2}- startup\.ready .* regression$/mu);
  });
});

describe('the table of a gate', () => {
  it('has each rule under its subject, and a skipped one with its reason', () => {
    const document = buildGateDocument({ baseline: 'run-base', warnings: ['1 limit judged on few values'] });
    expect(renderTerminal(document).toString()).toMatchInlineSnapshot(`
      "baseline  run run-base

      rule                                 measured                                                 limit                                   verdict
      nspawn
        ✓ failed boots                     0 of 12                                                  at most 0                               pass
        ✓ systemd-udevd.service forbidden  skipped: ConditionPathIsReadWrite=/sys (12 of 12 boots)  may not be started                      pass
        ✗ startup.ready max                448 ms [441 ms, 453 ms], n = 12                          at most 300 ms                          fail
        - startup.cpu regression           –                                                        less than 10 % worse than the baseline  skipped
        ! startup.cpu regression: no baseline of image debian-trixie
      qemu *
        ✓ failed boots                     0 of 12                                                  at most 0                               pass
        ✓ startup.ready max                14.3 s [14.1 s, 14.4 s], n = 12                          at most 20 s                            pass
      qemu / nspawn *
        ✓ startup.ready max                31.9 [31.0, 32.7], n = 12                                at most 100                             pass

      ! 1 limit judged on few values

      * emulated (TCG): not a KVM figure

      Fails: 1 of 7 rules: startup.ready max in nspawn: 448 ms [441 ms, 453 ms], n = 12 (at most 300 ms)."
    `);
  });

  it('marks an inconclusive rule by whether it counts as failed', () => {
    const rows = [true, false].map((failed) => buildGateRow({ verdict: 'inconclusive', failed }));
    const table = renderTerminal(buildGateDocument({ rows })).toString();
    expect(table.match(/^ {2}\S .* inconclusive$/gmu)?.map((line) => line[2])).toEqual(['✗', '?']);
  });

  it('lets no text redraw the terminal', () => {
    const table = renderTerminal(buildHostileGateDocument()).toString();
    // eslint-disable-next-line no-control-regex -- they are what must not be there
    expect(table).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u2028\u202e]/u);
    expect(table).not.toMatch(/^# line/mu);
  });
});

it('begins with what so few rounds cannot show, and says what took longer below the table', () => {
  const blame = {
    deltaMs: 120,
    contributions: [
      { kind: 'unit' as const, name: 'slow.service', baseMs: 20, nextMs: 140, deltaMs: 120 },
      { kind: 'phase' as const, name: 'basic to multi-user', baseMs: 100, nextMs: 210, deltaMs: 110 },
    ],
    packages: [{ name: 'slow', base: '1', next: '2' }],
  };
  const rows = [buildRow({ verdict: 'regression', ratio: 1.27, blame })];
  const comparison = buildComparison({ rows, structure: [], notes: [], caveat: '5 rounds cannot' });
  expect(renderTerminal(comparisonDocument(comparison)).toString()).toMatchInlineSnapshot(`
    "! 5 rounds cannot

    BASE  runs/base: run run-base, 2026-11-23 09:00 UTC, image debian-trixie (9c1185a5c5e9)
    NEW   runs/new: run run-new, 2026-11-24 09:00 UTC, image debian-trixie (0d3b5c11aa42)

    metric               BASE     NEW    NEW/BASE [95 %]  p  verdict
    nspawn  (n = 12 and 12)
      ✗ startup.ready  446 ms  448 ms  1.27 [0.99, 1.02]  1  regression

    What took longer before startup.ready of nspawn
      unit slow.service: 140 ms, was 20.0 ms (+120 ms)
      phase basic to multi-user: 210 ms, was 100 ms (+110 ms)
      packages of the image: slow 1 → 2

    Medians. p: permutation test, corrected over all rows (Holm); least effect 5 %, alpha 0.05.

    Fails: 1 regression: startup.ready of nspawn: 1.27 times BASE [0.99, 1.02]."
  `);
});
