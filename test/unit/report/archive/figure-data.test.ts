import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { figureCsv, figurePgfplots, latexText } from '../../../../report/archive/figure-data.ts';
import { latexTable } from '../../../../report/archive/latex-tables.ts';
import type { Figure, JsonObject, Panel } from '../../../../report/charts/spec.ts';
import { cell, column, numeric } from '../../../../results/tables/table.ts';

function figure(...data: JsonObject[]): Figure {
  const panels = data.map((content, index) => ({ id: `p${index}`, data: content }) as unknown as Panel);
  return { id: 'f', title: 'A 50 % title\n# of two lines', panels } as unknown as Figure;
}

const rows = (of: Figure): Record<string, string>[] => parse(figureCsv(of), { columns: true });

describe('what a figure draws', () => {
  it('is a line for each bar, with what it stands for; what has no value is not there', () => {
    const bars = figure({
      labels: [
        ['nspawn', '287 ms'],
        ['qemu', '13.6 s'],
      ],
      datasets: [
        { label: 'kernel', data: [null, 6160.25] },
        { label: 'userspace', data: [[10, 287], 0] },
      ],
    });
    expect(rows(bars)).toMatchObject([
      { series: 'kernel', category: 'qemu 13.6 s', part: 'value', value: '6160.25', from: '' },
      { series: 'userspace', category: 'nspawn 287 ms', from: '10', value: '287' },
      { series: 'userspace', category: 'qemu 13.6 s', value: '0' },
    ]);
  });

  it('is a line for each point with its interval, and for the line through them', () => {
    const points = figure({
      datasets: [{ label: 'a', data: [{ x: 1, y: 2 }], low: [1.5], high: [2.5], fit: [[0, 1]] }],
    });
    expect(rows(points)).toMatchObject([
      { part: 'value', x: '1', value: '2', low: '1.5', high: '2.5' },
      { part: 'fit', x: '0', value: '1', low: '' },
    ]);
  });

  it('is every part of a box, and every boot in it', () => {
    const box = figure({
      labels: [''],
      datasets: [{ label: 'a', data: [{ min: 1, median: 2, items: [1, 3] }] }],
    });
    expect(rows(box).map(({ part, value }) => [part, value])).toEqual([
      ['min', '1'],
      ['median', '2'],
      ['item', '1'],
      ['item', '3'],
    ]);
  });

  it('is for pgfplots one line of as many cells for each row, text in braces', () => {
    const text = figurePgfplots(figure({ labels: ['{50 %}'], datasets: [{ label: 'a b', data: [1.5] }] }));
    expect(text).toBe(
      '# A 50 % title # of two lines\n' +
        'index panel series category part x value from low high\n' +
        '0 {p0} {a b} {\\{50 \\%\\}} {value} nan 1.5 nan nan nan\n',
    );
  });
});

describe('LaTeX', () => {
  it('shows text as it is', () => {
    expect(latexText('a_b & 5 % \\input{x} ^ ~ #1 $\u001b[31m\n')).toBe(
      'a\\_b \\& 5 \\% \\textbackslash{}input\\{x\\} \\textasciicircum{} \\textasciitilde{} \\#1 \\$ ',
    );
  });

  it('keeps the sign of a number, and what two characters alike would become', () => {
    expect(latexText('−3.26 MiB ≥ 1 <x> a|b')).toBe(
      '$-$3.26 MiB $\\geq$ 1 \\textless{}x\\textgreater{} a\\textbar{}b',
    );
    expect(latexText("--cpus 1, host,,rdtscp=0 'x' `y`")).toBe(
      '-{}-cpus 1, host,{},rdtscp=0 \\textquotesingle{}x\\textquotesingle{} \\textasciigrave{}y\\textasciigrave{}',
    );
  });

  it('takes no text for the option of a line break', () => {
    expect(latexText('[1, 2]')).toBe('{[}1, 2]');
  });

  it('has a table with its figures right', () => {
    const table = latexTable({
      caption: 'Headline',
      mark: 'emulated',
      columns: [column('metric'), numeric('nspawn')],
      rows: [[cell('startup.ready'), cell('287 ms', '[280, 291]')]],
    });
    expect(table).toContain('\\begin{tabular}{lr}');
    expect(table).toContain('  startup.ready & 287 ms [280, 291] \\\\');
    expect(table).toContain('\\caption{Headline · emulated}');
  });
});
