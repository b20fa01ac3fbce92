import { describe, expect, it } from 'vitest';
import { bootUnits } from '../../../report/charts/boot-units.ts';
import type { Figure } from '../../../report/charts/spec.ts';
import { buildModel } from '../../../report/model/report.ts';
import type { RunRecord } from '../../../results/record.ts';
import { summarise } from '../../../results/summary.ts';
import { bootUnitsOf, type BootUnits } from '../../../results/tables/boot-units.ts';
import { createContext } from '../../../results/tables/context.ts';
import { buildRecord } from '../../fixtures/records/record.ts';

function unitsOf(record: RunRecord): BootUnits {
  const [found] = bootUnitsOf(createContext(record, summarise(record)));
  if (found === undefined) throw new Error('the record holds no times of units');
  return found;
}

interface Bars {
  label: string;
  data: ([number, number] | null)[];
  outside: (string | null)[];
}

function panelOf(figure: Figure, index: number): { labels: string[]; bars: Bars[]; heading: string } {
  const panel = figure.panels[index];
  if (panel === undefined) throw new Error(`no panel ${index}`);
  const { labels, datasets } = panel.data as unknown as { labels: string[]; datasets: Bars[] };
  return { labels, bars: datasets, heading: panel.heading ?? '' };
}

describe('when the units of a boot start', () => {
  it('is of the boot with the median of the lead rung', () => {
    const record = buildRecord({ failedBoot: false });
    const ready = record.samples
      .filter(
        ({ runtime, phase, scenario }) =>
          runtime === 'nspawn' && phase === 'measured' && scenario === 'startup',
      )
      .map(({ round, values }) => ({
        round,
        ms: values.find(({ metric }) => metric === 'startup.ready')?.value ?? 0,
      }))
      .sort((a, b) => a.ms - b.ms);
    const { boots, lead } = unitsOf(record);
    expect(lead).toBe('ready');
    expect(boots[0]).toMatchObject({ round: ready[2]?.round, n: 5 });
  });

  it('is left out where the samples do not hold it, as those of older records do not', () => {
    const record = buildRecord();
    for (const sample of record.samples) if (sample.scenario === 'startup') sample.details = {};
    const model = buildModel(record, summarise(record));
    expect(model.bootUnits).toEqual([]);
  });

  it('is left out where a sample holds something else there', () => {
    const record = buildRecord();
    for (const sample of record.samples)
      if (sample.scenario === 'startup') sample.details = { units: [{ unit: 'a.service', startMs: 'soon' }] };
    expect(buildModel(record, summarise(record)).bootUnits).toEqual([]);
  });

  it('shows what a guest called its units as plain text', () => {
    const names = unitsOf(buildRecord()).boots.flatMap(({ units }) => units.map(({ unit }) => unit));
    for (const name of names) expect(name).not.toMatch(/[\n\u2028\u202e]/u);
  });
});

describe('the chart of it', () => {
  const record = buildRecord({ hostile: false });

  it('has a panel for each runtime, each from 0 on, where PID 1 begins', () => {
    const { panels } = bootUnits(unitsOf(record));
    expect(panels.map(({ heading }) => heading)).toEqual([
      expect.stringMatching(/^systemd-nspawn · round \d, n = 5/u),
      expect.stringMatching(/^QEMU \(TCG\) · round \d, n = 4/u),
    ]);
    for (const { options } of panels) expect(options.scales).toMatchObject({ x: { min: 0 } });
  });

  it('marks the critical chain, whose units follow each other', () => {
    const { labels, bars } = panelOf(bootUnits(unitsOf(record)), 0);
    const [chain] = bars;
    const spans =
      chain?.data.flatMap((span, row) => (span === null ? [] : [{ name: labels[row], span }])) ?? [];
    expect(spans.map(({ name }) => name)).toEqual([
      'systemd-journald',
      'systemd-tmpfiles-setup',
      'systemd-update-utmp',
      'sysinit.target',
      'basic.target',
      'dbus',
      'systemd-logind',
      'multi-user.target',
    ]);
    spans.forEach(({ span }, index) => {
      const before = spans[index - 1];
      if (before !== undefined) expect(span[0]).toBeGreaterThanOrEqual(before.span[1]);
    });
  });

  it('has each unit in one of both colours alone', () => {
    const { labels, bars } = panelOf(bootUnits(unitsOf(record)), 1);
    labels.forEach((_, row) => expect(bars.filter(({ data }) => data[row] !== null)).toHaveLength(1));
  });

  it('folds what is neither on the chain nor among the longest, and says how many and how long', () => {
    const { boots } = unitsOf(record);
    const figure = bootUnits(unitsOf(record));
    boots.forEach(({ units }, index) => {
      const { labels, heading } = panelOf(figure, index);
      expect(labels).toHaveLength(25);
      expect(heading).toContain(`${units.length - 25} more units of at most`);
    });
    expect(figure.table.rows).toHaveLength(30);
  });

  it('draws a start that was not over as a line without a duration', () => {
    const found = unitsOf(record);
    const [boot] = found.boots;
    if (boot === undefined) throw new Error('no boot');
    boot.units = [{ unit: 'stuck.service', startMs: 10 }];
    const { bars } = panelOf(bootUnits({ ...found, boots: [boot] }), 0);
    expect(bars[1]).toMatchObject({ data: [[10, 10]], outside: ['not over'] });
  });
});
