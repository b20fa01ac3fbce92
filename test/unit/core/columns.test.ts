import { describe, expect, it } from 'vitest';
import { alignColumns } from '../../../core/columns.ts';

describe('alignColumns', () => {
  it('makes each column as wide as its longest text, with no blanks at the end of a line', () => {
    const rows = [
      ['metric', 'BASE', 'verdict'],
      ['startup.ready', '446 ms', 'pass'],
      ['memory.total', '–', ''],
    ];
    expect(alignColumns(rows, ['left', 'right', 'left'])).toEqual([
      'metric           BASE  verdict',
      'startup.ready  446 ms  pass',
      'memory.total        –',
    ]);
  });

  it('counts the cells of the terminal that a text takes, not its characters', () => {
    const rows = [
      ['日本語', '1', 'x'],
      ['e\u0301te\u0301', '23', 'y'],
    ];
    expect(alignColumns(rows, ['left', 'right', 'left'])).toEqual([
      '日本語   1  x',
      'e\u0301te\u0301     23  y',
    ]);
  });

  it('lets the last cell of a shorter row run on, so that a heading makes no column wider', () => {
    const rows = [
      ['qemu *  (n = 20), on another host'],
      ['ready', '1 s', 'ok'],
      ['trixie', 'damaged: no disk'],
      ['init', '>', ''],
    ];
    expect(alignColumns(rows, ['left', 'right', 'left'])).toEqual([
      'qemu *  (n = 20), on another host',
      'ready   1 s  ok',
      'trixie  damaged: no disk',
      'init      >',
    ]);
  });

  it('takes a line for each line of a cell', () => {
    const rows = [
      ['', 'nspawn\nalone', 'x'],
      ['a', '1', ''],
    ];
    expect(alignColumns(rows, ['left', 'right', 'left'])).toEqual(['   nspawn  x\n    alone', 'a       1']);
  });

  it('makes nothing of no rows', () => {
    expect(alignColumns([], ['left'])).toEqual([]);
  });
});
