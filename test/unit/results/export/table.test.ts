import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { renderCsv, type Cell } from '../../../../results/export/table.ts';

function render(...cells: Cell[]): string {
  return renderCsv({ cell: (cell: Cell) => cell }, cells);
}

describe('renderCsv', () => {
  it('writes the names, then a line for each row', () => {
    const columns = { name: (row: { name: string }) => row.name, size: () => 2 };
    expect(renderCsv(columns, [{ name: 'a' }, { name: 'b' }])).toBe('name,size\na,2\nb,2\n');
    expect(renderCsv(columns, [])).toBe('name,size\n');
  });

  it('keeps all digits of a number, and leaves an absent cell empty', () => {
    expect(render(0.1 + 0.2, 0, -5, 1e21, undefined, true, false)).toBe(
      'cell\n0.30000000000000004\n0\n-5\n1e+21\n\ntrue\nfalse\n',
    );
  });

  it('keeps no carriage return, which ends a line for many readers', () => {
    expect(renderCsv({ a: (text: string) => text }, ['x\ry'])).toBe('a\nx y\n');
  });

  it('quotes commas, quotes and line ends so that they read back the same', () => {
    const texts = ['a,b', 'say "no"', 'two\nlines', 'tab\there'];
    expect(parse(render(...texts), { columns: true })).toEqual(texts.map((cell) => ({ cell })));
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '＝1', '\n=1'])(
    'keeps %j from being run as a formula',
    (text) => {
      expect(parse(render(text), { columns: true })).toEqual([{ cell: `'${text}` }]);
    },
  );

  it('keeps from hiding a formula behind what shows nothing', () => {
    expect(render('\u200b=1', '\u001b[0m=1', '\r=1')).toBe("cell\n'=1\n'=1\n' =1\n");
  });
});
