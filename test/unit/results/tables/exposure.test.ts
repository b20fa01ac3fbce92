import { describe, expect, it } from 'vitest';
import { createContext } from '../../../../results/tables/context.ts';
import { detectionTables } from '../../../../results/tables/detection.ts';
import { fidelityTables } from '../../../../results/tables/fidelity.ts';
import type { SectionTable } from '../../../../results/tables/table.ts';
import { isolationTables } from '../../../../results/tables/isolation.ts';
import type { RunRecord } from '../../../../results/record.ts';
import { summarise } from '../../../../results/summary.ts';
import { exposureRecord } from '../../../fixtures/records/exposure.ts';
import { buildRecord, hostileText } from '../../../fixtures/records/record.ts';

function tablesOf(record: RunRecord): SectionTable[] {
  const context = createContext(record, summarise(record));
  return [...isolationTables(context), ...detectionTables(context), ...fidelityTables(context)];
}

/** The cells of every row whose first is this. */
function rowsOf(tables: readonly SectionTable[], caption: string, name: string): string[][] {
  const { rows = [] } = tables.map(({ table }) => table).find((table) => table.caption === caption) ?? {};
  return rows
    .filter(([first]) => first?.text === name)
    .map((row) => row.slice(1).map(({ text, note }) => (note === undefined ? text : `${text} (${note})`)));
}

describe('tables of isolation, detection and fidelity', () => {
  const tables = tablesOf(exposureRecord());

  it('every row has as many cells as the head', () => {
    expect(tables.length).toBe(4);
    for (const { table } of tables)
      for (const row of table.rows) expect(row.length).toBe(table.columns.length);
  });

  it('a container’s tenant has a row, a VM’s tenant and its monitor one each', () => {
    const { table } = tables[0] ?? {};
    expect(table?.rows.map((row) => row.map(({ text }) => text).join(' | '))).toMatchInlineSnapshot(`
      [
        "systemd-nspawn | tenant | the host’s | 306 | 1 | 54 with EPERM, 1 with ENOSYS | 79 | 0",
        "QEMU (TCG) | tenant | its own | 362 | 0 | none | 79 | 14",
        "QEMU (TCG) | monitor | the host’s | 321 | 2 | 32 with kill-process, 3 with EPERM, 3 with kill-thread, 1 with ENOSYS | 28 | 0",
      ]
    `);
  });

  it.each([
    ['Kernel', ['the host’s', 'its own']],
    ['Root inside is root of the host', ['yes', '–']],
    ['A global sysctl, written back', ['EROFS', 'ok']],
    ['Calls that answered otherwise than evaluated', ['none of 91', 'none of 91']],
    ['Settings of the host that changed', ['none', 'none']],
  ])('isolation: %s', (name, cells) => {
    expect(rowsOf(tables, 'Isolation, fact by fact', name)).toEqual([cells]);
  });

  it('detection: what was said stands below', () => {
    expect(rowsOf(tables, 'What each method says', 'systemd-detect-virt --container')).toEqual([
      ['right (systemd-nspawn)', 'nothing (none)'],
    ]);
    expect(
      rowsOf(tables, 'What each method says', 'Tells that it is not in the first pid namespace'),
    ).toEqual([['yes', 'no']]);
  });

  it('fidelity: units that were skipped, with their conditions; those that differ first', () => {
    const caption = 'Units that failed or were skipped';
    expect(rowsOf(tables, caption, 'systemd-udevd.service')).toEqual([
      ['skipped: ConditionPathIsReadWrite=/sys', '–'],
    ]);
    expect(rowsOf(tables, caption, 'System state')).toEqual([['running', 'running']]);
    const notes = tables
      .find(({ table }) => table.caption === caption)
      ?.table.rows.map(([first]) => first?.note);
    const last = notes?.lastIndexOf('differs') ?? -1;
    expect(notes?.slice(2, last + 1).every((note) => note === 'differs')).toBe(true);
  });

  it('fidelity: what the boot waited for, from its end', () => {
    const chain = [
      { unit: 'multi-user.target', activeMs: 1400 },
      { unit: 'a.service', activeMs: 1300, tookMs: 200 },
    ];
    const told = tablesOf(
      exposureRecord((details) => ('state' in details ? { ...details, chain } : details)),
    );
    const rows = told.find(({ table }) => table.caption === 'The critical chain')?.table.rows.slice(0, 2);
    expect(rows?.map((row) => row.slice(1).map(({ text }) => text))).toEqual([
      ['multi-user.target', '1.40 s', '–'],
      ['a.service', '1.30 s', '200 ms'],
    ]);
  });

  it('guest text is one line of a bounded length', () => {
    const hostile = tablesOf(
      exposureRecord((details) => ({
        ...details,
        ...('lsm' in details && { lsm: hostileText.repeat(50) }),
        ...('state' in details && {
          state: hostileText,
          chain: Array.from({ length: 10_000 }, () => ({ unit: hostileText.repeat(9) })),
        }),
      })),
    );
    const texts = hostile.flatMap(({ table }) =>
      table.rows.flat().flatMap(({ text, note = '' }) => [text, note]),
    );
    expect(texts.length).toBeLessThan(1000);
    for (const text of texts) {
      expect(text.length).toBeLessThan(200);
      expect(text).not.toMatch(/[\n\u2028\u202e]/u);
    }
  });

  it('nothing of a record without them, or whose details have another form', () => {
    expect(tablesOf(buildRecord())).toEqual([]);
    expect(tablesOf(exposureRecord(() => ({ lsm: 1, methods: 'none', state: [] })))).toEqual([]);
  });
});
