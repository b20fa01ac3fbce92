import { describe, expect, it } from 'vitest';
import { comparisonDocument } from '../../../../../results/compare/document.ts';
import { renderMarkdown } from '../../../../../results/verdicts/forms/markdown.ts';
import {
  buildComparison,
  buildHostileComparison,
  buildRow,
} from '../../../../fixtures/records/comparison.ts';
import { hostileText } from '../../../../fixtures/records/record.ts';
import { buildGateDocument, buildGateRow, buildHostileGateDocument } from '../../gate/result.ts';

describe('Markdown', () => {
  it('fits a step summary: verdict, table, structural differences, method', () => {
    expect(renderMarkdown(comparisonDocument(buildComparison()))).toMatchInlineSnapshot(`
      "## ❌ twinboot compare

      **Fails: 1 regression and 1 missing figure, first of all startup.ready of nspawn: 1.12 times BASE \\[1.09, 1.15\\].**

      - ⚠ qemu: 0 of 12 boots failed in BASE, 1 of 12 boots failed in NEW

      BASE runs/base: run run-base, 2026-11-23 09:00 UTC, image debian-trixie (9c1185a5c5e9)<br>
      NEW runs/new: run run-new, 2026-11-24 09:00 UTC, image debian-trixie (0d3b5c11aa42)

      | of | metric | BASE | NEW | NEW/BASE \\[95 %\\] | p | n | verdict |
      | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |
      | nspawn | startup.ready | 446 ms | 501 ms | 1.12 \\[1.09, 1.15\\] | &lt;0.001 | 12 and 12 | ❌ **regression** |
      | nspawn | startup.cpu | 446 ms | 448 ms | 1.00 \\[0.99, 1.02\\] | 1 | 12 and 12 | ✅ pass |
      | nspawn | memory.total | 19.1 MiB | 20.4 MiB | 1.07 \\[0.98, 1.14\\] | 0.12 | 12 and 12 | ❔ inconclusive, \\~8 more |
      | qemu \\* | startup.ready | 14.2 s | 12.3 s | 0.866 \\[0.840, 0.890\\] | 0.0021 | 12 and 11 | ✅ improvement |
      | qemu \\* | memory.total | 391 MiB | – | – | – | 12 and 0 | ❌ **missing** (NEW has no value: the cgroup was gone) |
      | qemu / nspawn \\* | startup.ready | 31.8 | 24.6 | 0.771 \\[0.750, 0.800\\] | 0.0012 | 12 and 11 | ✅ improvement |

      ### Structural differences

      - the packages of the image: 1 added (cron 3.0) (\`packages\`)
      - systemd-udevd.service now runs in nspawn (was skipped: ConditionPathIsReadWrite=/sys) (\`service-appeared\`)

      Medians. p: permutation test, corrected over all rows (Holm); least effect 5 %, alpha 0.05.<br>
      A VM / a container: the median of the ratios by round.<br>
      \\~n more: about so many more rounds a side would decide<br>
      \\* emulated (TCG): not a KVM figure"
    `);
  });

  it('marks every row of a forced comparison', () => {
    const environment = [{ key: 'cpu model', base: 'Xeon', next: 'EPYC' }];
    const text = renderMarkdown(comparisonDocument(buildComparison({ environment, rows: [buildRow()] })));
    expect(text).toContain('| nspawn | startup.ready † |');
    expect(text).toContain('† compared across different environments: cpu model: Xeon → EPYC');
  });

  it('shows hostile text as text', () => {
    const text = renderMarkdown(comparisonDocument(buildHostileComparison(hostileText)));
    expect(text).not.toContain('<script>');
    expect(text).not.toContain('<img');
    expect(text).not.toMatch(/(?<!\\)\]\(javascript/u);
    // Each table row still has eight cells: nothing ended one.
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    expect(rows).toHaveLength(4);
    for (const row of rows) expect(row.match(/(?<!\\)\|/gu)).toHaveLength(9);
    expect(text).not.toMatch(/^# line/mu);
  });

  it('of a gate has the sentence, the warnings and the table', () => {
    const document = buildGateDocument({ warnings: ['1 limit judged on fewer than 6 values'] });
    expect(renderMarkdown(document)).toMatchInlineSnapshot(`
      "## ❌ twinboot gate

      **Fails: 1 of 7 rules: startup.ready max in nspawn: 448 ms \\[441 ms, 453 ms\\], n = 12 (at most 300 ms).**

      - ⚠ 1 limit judged on fewer than 6 values

      | of | rule | measured | limit | verdict |
      | --- | --- | --- | --- | --- |
      | nspawn | failed boots | 0 of 12 | at most 0 | ✅ pass |
      | nspawn | systemd-udevd.service forbidden | skipped: ConditionPathIsReadWrite=/sys (12 of 12 boots) | may not be started | ✅ pass |
      | nspawn | startup.ready max | 448 ms \\[441 ms, 453 ms\\], n = 12 | at most 300 ms | ❌ **fail** |
      | nspawn | startup.cpu regression | – | less than 10 % worse than the baseline | ⏭ skipped (no baseline of image debian-trixie) |
      | qemu | failed boots | 0 of 12 | at most 0 | ✅ pass |
      | qemu \\* | startup.ready max | 14.3 s \\[14.1 s, 14.4 s\\], n = 12 | at most 20 s | ✅ pass |
      | qemu / nspawn \\* | startup.ready max | 31.9 \\[31.0, 32.7\\], n = 12 | at most 100 | ✅ pass |

      \\* emulated (TCG): not a KVM figure"
    `);
  });

  it('marks a row by whether it fails, not by its verdict', () => {
    const rows = [true, false].map((failed) => buildGateRow({ verdict: 'inconclusive', failed }));
    expect(renderMarkdown(buildGateDocument({ rows })).match(/\S+ \**inconclusive\**/gu)).toEqual([
      '❌ **inconclusive**',
      '❔ inconclusive',
    ]);
  });

  it('of a gate lets no text out of its cell', () => {
    const text = renderMarkdown(buildHostileGateDocument());
    expect(text.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(3);
    expect(text).not.toMatch(/<script|<img|\[a\]\(|(?<!\\)`tick|\u202e/);
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
  expect(renderMarkdown(comparisonDocument(comparison))).toMatchInlineSnapshot(`
    "## ❌ twinboot compare

    **Fails: 1 regression: startup.ready of nspawn: 1.27 times BASE \\[0.99, 1.02\\].**

    - ⚠ 5 rounds cannot

    BASE runs/base: run run-base, 2026-11-23 09:00 UTC, image debian-trixie (9c1185a5c5e9)<br>
    NEW runs/new: run run-new, 2026-11-24 09:00 UTC, image debian-trixie (0d3b5c11aa42)

    | of | metric | BASE | NEW | NEW/BASE \\[95 %\\] | p | n | verdict |
    | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |
    | nspawn | startup.ready | 446 ms | 448 ms | 1.27 \\[0.99, 1.02\\] | 1 | 12 and 12 | ❌ **regression** |

    ### What took longer before startup.ready of nspawn

    - unit slow.service: 140 ms, was 20.0 ms (+120 ms)
    - phase basic to multi-user: 210 ms, was 100 ms (+110 ms)
    - packages of the image: slow 1 → 2

    Medians. p: permutation test, corrected over all rows (Holm); least effect 5 %, alpha 0.05."
  `);
});
