import { parse } from 'csv-parse/sync';
import { describe, expect } from 'vitest';
import { renderOpenMetrics } from '../../../../results/export/openmetrics.ts';
import { renderCsv, type Cell } from '../../../../results/export/table.ts';
import { buildRecord } from '../../../fixtures/records/record.ts';
import { drawn, holds, lists, oddText, same } from '../../../support/property.ts';
import { parseOpenMetrics } from '../../../support/openmetrics.ts';

describe('CSV', () => {
  const table = lists(3, (draw): [Cell, Cell] => [
    draw.of<Cell>([oddText(draw, 5), draw.int(-9, 9) / 8, true, undefined]),
    oddText(draw, 5),
  ]);

  holds('has every cell again when it is read, and no formula', table, (cells) => {
    const text = renderCsv<[Cell, Cell]>({ a: ([a]) => a, b: ([, b]) => b }, cells);
    const shown = (cell: Cell): string =>
      typeof cell === 'string' && /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(cell)
        ? `'${cell}`
        : String(cell ?? '');
    same(parse(text), [
      ['a', 'b'],
      ...cells.map((row) => row.map((cell) => Buffer.from(shown(cell)).toString())),
    ]);
    // A reader that ends lines at a carriage return reads the same.
    expect(text.replace(/"(?:[^"]|"")*"/g, '')).not.toContain('\r');
  });
});

describe('OpenMetrics', () => {
  const record = buildRecord({ rounds: 1, warmup: 0, scenarios: [] });
  const names = drawn((draw) => ({ image: oddText(draw), cpu: oddText(draw, 4) }));

  holds('keeps to its grammar, whatever a host or an image is called', names, ({ image, cpu }) => {
    const odd = {
      ...record,
      image: { ...record.image, name: image },
      host: { ...record.host, cpuModel: cpu },
    };
    const text = renderOpenMetrics(odd, { boots: [], metrics: [], ratios: [] });
    const [labels = ''] = parseOpenMetrics(text).get('twinboot_run_info')?.samples.keys() ?? [];
    const value = (name: string): string =>
      new RegExp(`${name}="((?:[^"\\\\]|\\\\.)*)"`, 's').exec(labels)?.[1] ?? '';
    const unescaped = (said: string): string =>
      said.replace(/\\(.)/gs, (_, character: string) => (character === 'n' ? '\n' : character));
    const plain = (said: string): string => said.replace(/\p{Surrogate}/gu, '\ufffd').replace(/\r\n?/g, '\n');
    same([value('image'), value('cpu')].map(unescaped), [image, cpu].map(plain));
  });
});
