import { describe, expect, it } from 'vitest';
import { createContext } from '../../../report/model/context.ts';
import { exposureTables } from '../../../report/model/exposure-tables.ts';
import type { SectionTable } from '../../../report/model/fleet-tables.ts';
import type { RunRecord } from '../../../results/record.ts';
import { summarise } from '../../../results/summary.ts';
import { detection } from '../../../scenarios/detection.ts';
import { fidelity } from '../../../scenarios/fidelity.ts';
import { isolation } from '../../../scenarios/isolation.ts';
import { capturedArtifacts, notRead } from '../../fixtures/guest/artifacts.ts';
import { buildRecord, hostileText } from '../../fixtures/records/record.ts';

/** A record of one boot each, as the captured instances of nspawn and qemu give it. */
function capturedRecord(
  change: (details: Record<string, unknown>) => Record<string, unknown> = (details) => details,
): RunRecord {
  const record = buildRecord({ rounds: 1, warmup: 0, failedBoot: false, hostile: false });
  const [template] = record.samples;
  if (template === undefined) throw new Error('the record has no sample');
  record.scenarios = [isolation, detection, fidelity];
  record.samples = record.runtimes.flatMap(({ id, kind }) =>
    [isolation, detection, fidelity].map((scenario) => {
      const artifacts = capturedArtifacts(kind === 'vm' ? 'qemu' : 'nspawn');
      const circumstances = { kind, memoryBytes: 1, onHost: () => 'unknown' as const };
      const details = change(scenario.measure(artifacts, circumstances, notRead).details);
      return { ...template, scenario: scenario.id, runtime: id, values: [], missing: [], details };
    }),
  );
  return record;
}

function tablesOf(record: RunRecord): SectionTable[] {
  return exposureTables(createContext(record, summarise(record)));
}

/** The cells of a row by its first. */
function rowOf(tables: readonly SectionTable[], scenario: string, name: string): string[] {
  const table = tables.find((one) => one.scenario === scenario)?.table;
  const row = table?.rows.find(([first]) => first?.text === name);
  return (row ?? []).slice(1).map(({ text, note }) => (note === undefined ? text : `${text} (${note})`));
}

describe('exposureTables', () => {
  const tables = tablesOf(capturedRecord());

  it('one for each of the three scenarios, with a column for each runtime', () => {
    expect(tables.map(({ scenario }) => scenario)).toEqual(['isolation', 'detection', 'fidelity']);
    for (const { table } of tables) {
      expect(table.head.map(({ note }) => note)).toEqual([undefined, 'container', 'VM']);
      for (const row of table.rows) expect(row.length).toBe(3);
    }
  });

  it.each([
    ['Kernel', ['the host’s', 'its own']],
    ['Root inside is root of the host', ['yes', '–']],
    ['Calls refused', ['54 with EPERM, 1 with ENOSYS', 'none']],
    ['A global sysctl, written back', ['EROFS', 'ok']],
    ['Calls that answered otherwise', ['none of 91', 'none of 91']],
  ])('isolation: %s', (name, cells) => {
    expect(rowOf(tables, 'isolation', name)).toEqual(cells);
  });

  it('detection: what was said stands below', () => {
    expect(rowOf(tables, 'detection', 'systemd-detect-virt --container')).toEqual([
      'right (systemd-nspawn)',
      'nothing (none)',
    ]);
    expect(rowOf(tables, 'detection', 'Tells that it is not in the first pid namespace')).toEqual([
      'yes',
      'no',
    ]);
  });

  it('fidelity: units that were skipped, with their conditions', () => {
    expect(rowOf(tables, 'fidelity', 'systemd-udevd.service')).toEqual([
      'skipped: ConditionPathIsReadWrite=/sys',
      '–',
    ]);
    expect(rowOf(tables, 'fidelity', 'System state')).toEqual(['running', 'running']);
  });

  it('guest text is one line of a bounded length', () => {
    const hostile = tablesOf(
      capturedRecord((details) => ({
        ...details,
        ...('lsm' in details && { lsm: hostileText.repeat(50) }),
        ...('state' in details && { state: hostileText }),
      })),
    );
    const texts = hostile.flatMap(({ table }) =>
      table.rows.flat().flatMap(({ text, note = '' }) => [text, note]),
    );
    for (const text of texts) {
      expect(text.length).toBeLessThan(200);
      expect(text).not.toMatch(/[\n\u2028\u202e]/u);
    }
  });

  it('nothing of a record without them, or whose details have another form', () => {
    expect(tablesOf(buildRecord())).toEqual([]);
    expect(tablesOf(capturedRecord(() => ({ lsm: 1, detection: 'none', state: [] })))).toEqual([]);
  });
});
