import { expect, it } from 'vitest';
import { alignColumns } from '../../../core/columns.ts';

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

it('makes nothing of no rows', () => {
  expect(alignColumns([], ['left'])).toEqual([]);
});
