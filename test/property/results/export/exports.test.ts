import { parse } from 'csv-parse/sync';
import { describe, expect } from 'vitest';
import { visible } from '../../../../core/text.ts';
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
    const shown = (cell: Cell): string => {
      if (typeof cell !== 'string') return String(cell ?? '');
      const said = visible(cell);
      return /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^\t/.test(said) ? `'${said}` : said;
    };
    same(parse(text), [['a', 'b'], ...cells.map((row) => row.map(shown))]);
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
    same([value('image'), value('cpu')].map(unescaped), [image, cpu].map(visible));
  });
});
