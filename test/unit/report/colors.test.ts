import { describe, expect, it } from 'vitest';
import { partColor } from '../../../report/charts/memory-colors.ts';
import { figuresOf } from '../../../report/charts/registry.ts';
import { colorOf } from '../../../report/charts/runtime-looks.ts';
import type { Panel } from '../../../report/charts/spec.ts';
import { loadDrawing, type Theme } from '../../../report/drawing.ts';
import { buildModel } from '../../../report/model/report.ts';
import { summarise } from '../../../results/summary.ts';
import { viewRuntimes } from '../../../results/tables/runtimes.ts';
import { memoryPartMetrics } from '../../../scenarios/memory-parts.ts';
import { exposureRecord } from '../../fixtures/records/exposure.ts';
import { fleetRecord, sharingRecord } from '../../fixtures/records/fleet.ts';
import { buildRecord } from '../../fixtures/records/record.ts';
import { colorDistance } from '../../support/color.ts';

/** Five times what is just seen to differ: in a legend, colours are compared over a distance. */
const LEAST_DISTANCE = 0.1;

const { palettes } = await loadDrawing();
const themes = ['light', 'dark'] as const;

/** Pairs of these colours that look nearly equal. */
function nearlyEqual(names: Iterable<string>, theme: Theme): string[] {
  const all = [...new Set(names)];
  const colorNamed = (name: string): string => palettes[theme][name] ?? '';
  return all.flatMap((one, index) =>
    all.slice(index + 1).flatMap((other) => {
      const distance = colorDistance(colorNamed(one), colorNamed(other));
      return distance < LEAST_DISTANCE ? [`${one} and ${other}: ${distance.toFixed(3)}`] : [];
    }),
  );
}

/** The colours that the elements of a panel are filled with, but for tints of another one of its own. */
function fillsOf({ data }: Panel): string[] {
  const { datasets } = data as { datasets: { backgroundColor: string | string[] }[] };
  return datasets
    .flatMap(({ backgroundColor }) => backgroundColor)
    .map((color) => color.slice(1))
    .filter((name) => !name.endsWith('Soft'));
}

describe('how far apart colours look', () => {
  it('is nothing for one and the same, and 1 from black to white', () => {
    expect(colorDistance('#d55e00', '#d55e00')).toBe(0);
    expect(colorDistance('#000000', '#ffffff')).toBeCloseTo(1, 3);
  });

  it('is small where a reader would say so', () => {
    expect(colorDistance('#ffffff', '#fefefe')).toBeLessThan(0.01);
    expect(colorDistance('#0072b2', '#d55e00')).toBeGreaterThan(0.25);
  });
});

describe.each(themes)('in the %s theme', (theme) => {
  const records = [buildRecord({ hostile: false }), fleetRecord(), sharingRecord(), exposureRecord()];
  const panels = records
    .flatMap((record) => figuresOf(buildModel(record, summarise(record))))
    .flatMap(({ id, panels }) => panels.map((panel) => [`${id}, ${panel.id}`, panel] as const));

  it.each(panels)('no two colours of %s are nearly equal', (_, panel) => {
    expect(nearlyEqual(fillsOf(panel), theme)).toEqual([]);
  });

  it('no two parts of the waterfall are, of all that there are', () => {
    expect(
      nearlyEqual(
        memoryPartMetrics.map(({ id }) => partColor(id)),
        theme,
      ),
    ).toEqual([]);
  });

  it('no two phases of one boot are, and none is nearly the surface', () => {
    const phases = [0, 1, 2, 3, 4, 5].flatMap((index) => [`boot${index}`, `user${index}`]);
    expect(nearlyEqual([...phases, 'surface'], theme)).toEqual([]);
  });

  it('no two of six runtimes are', () => {
    const [container, vm] = buildRecord().runtimes;
    if (container === undefined || vm === undefined) throw new Error('the record has no two runtimes');
    const many = [1, 2, 3].flatMap((index) => [
      { ...container, id: `nspawn${index}` },
      { ...vm, id: `qemu${index}` },
    ]);
    const views = viewRuntimes({ ...buildRecord(), runtimes: many });
    expect(new Set(views.map(colorOf)).size).toBe(6);
    expect(nearlyEqual(views.map(colorOf), theme)).toEqual([]);
  });
});
