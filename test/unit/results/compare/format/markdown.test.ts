import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../../../../results/compare/format/markdown.ts';
import {
  buildComparison,
  buildHostileComparison,
  buildRow,
} from '../../../../fixtures/records/comparison.ts';
import { hostileText } from '../../../../fixtures/records/record.ts';

describe('Markdown', () => {
  it('fits a step summary: verdict, table, structural differences, method', () => {
    expect(renderMarkdown(buildComparison())).toMatchInlineSnapshot(`
      "## ❌ twinboot compare

      **Fails: 1 regression and 1 missing figure, first of all startup.ready of nspawn: 1.12 times BASE \\[1.09, 1.15\\].**

      BASE runs/base: run run-base, 2026-11-23 09:00 UTC, image debian-trixie (9c1185a5c5e9)<br>
      NEW runs/new: run run-new, 2026-11-24 09:00 UTC, image debian-trixie (0d3b5c11aa42)

      | Runtime | Metric | BASE | NEW | NEW/BASE \\[95 %\\] | p | n | Verdict |
      | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |
      | nspawn | startup.ready | 446 ms | 501 ms | 1.12 \\[1.09, 1.15\\] | &lt;0.001 | 12 / 12 | ❌ **regression** |
      | nspawn | startup.cpu | 446 ms | 448 ms | 1.00 \\[0.990, 1.02\\] | 1 | 12 / 12 | pass |
      | nspawn | memory.total | 19.1 MiB | 20.4 MiB | 1.07 \\[0.980, 1.14\\] | 0.12 | 12 / 12 | inconclusive (about 8 more) |
      | qemu \\* | startup.ready | 14.2 s | 12.3 s | 0.866 \\[0.840, 0.890\\] | 0.0021 | 12 / 11 | improvement |
      | qemu \\* | memory.total | 391 MiB | – | – | – | 12 / 0 | ❌ **missing** (NEW has no value: the cgroup was gone) |
      | qemu / nspawn \\* | startup.ready | 31.8 | 24.6 | 0.771 \\[0.750, 0.800\\] | 0.0012 | 12 / 11 | improvement |

      ### Structural differences

      - the packages of the image: 1 added (cron 3.0) (\`packages\`)
      - systemd-udevd.service now runs in nspawn (was skipped: ConditionPathIsReadWrite=/sys) (\`service-appeared\`)

      ### Notes

      - qemu: 0 of 12 boots failed in BASE, 1 of 12 boots failed in NEW

      Medians; NEW over BASE with its 95 % interval; p of a permutation test, corrected over all rows (Holm). Least effect 5 %, alpha 0.05.<br>
      \\* emulated (TCG): not a KVM figure"
    `);
  });

  it('marks every row of a forced comparison', () => {
    const environment = [{ key: 'cpu model', base: 'Xeon', next: 'EPYC' }];
    const text = renderMarkdown(buildComparison({ environment, rows: [buildRow()] }));
    expect(text).toContain('| nspawn | startup.ready † |');
    expect(text).toContain('† compared across different environments: cpu model: Xeon → EPYC');
  });

  it('shows hostile text as text', () => {
    const text = renderMarkdown(buildHostileComparison(hostileText));
    expect(text).not.toContain('<script>');
    expect(text).not.toContain('<img');
    expect(text).not.toMatch(/(?<!\\)\]\(javascript/u);
    // Each table row still has eight cells: nothing ended one.
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    expect(rows).toHaveLength(4);
    for (const row of rows) expect(row.match(/(?<!\\)\|/gu)).toHaveLength(9);
    expect(text).not.toMatch(/^# line/mu);
  });
});
