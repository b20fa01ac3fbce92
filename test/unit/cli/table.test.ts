import { expect, it } from 'vitest';
import { tableFootnotes, tableLines } from '../../../harness/cli/table.ts';
import { cell, column, numeric, type Table } from '../../../results/tables/table.ts';

const table: Table = {
  caption: 'What documents alone show',
  marked: { emulated: true },
  columns: [
    column('Runtime', { brief: 'density' }),
    numeric('Live at once', { note: 'density.live' }),
    numeric('PSS', { detail: true }),
    numeric('One more', { withNotes: true }),
  ],
  rows: [
    [
      { text: 'QEMU (TCG)', brief: 'qemu *' },
      cell('8', 'the median of 3 series'),
      cell('1 MiB'),
      cell('2 MiB', '[1, 3]'),
    ],
    [cell('nspawn'), cell('50'), cell('1 MiB'), cell('–', 'one step')],
  ],
};

it('lays out brief titles and texts, notes where there is room, and no details', () => {
  expect(tableLines(table)).toEqual([
    'density  live at once      one more',
    'qemu *              8  2 MiB [1, 3]',
    'nspawn             50             –',
  ]);
});

it('leaves abbreviations as they are', () => {
  expect(tableLines({ caption: '', columns: [column('Service'), numeric('PSS')], rows: [] })).toEqual([
    'service  PSS',
  ]);
});

it('explains each symbol once', () => {
  expect(
    tableFootnotes([table, table, { ...table, marked: { emulated: false, timeMarks: ['nested'] } }]),
  ).toEqual([
    '* emulated (TCG): not a KVM figure',
    '# nested: KVM on a host that is itself a virtual machine',
  ]);
});

it('writes what rows are of once above them, and what has to be known of them below', () => {
  const grouped: Table = {
    caption: '',
    isGrouped: true,
    columns: [column('Metric'), numeric('Runs'), column('Finding')],
    rows: [
      [cell('startup.ready', 'qemu *'), cell('12'), { text: 'up; down', brief: 'up\ndown' }],
      [cell('memory.total', 'nspawn'), cell('9'), cell('steady')],
      [cell('memory.total', 'qemu *'), cell('12'), cell('steady')],
    ],
    remarks: [{ heading: 'nspawn', text: 'memory.total: so few runs are judged with care alone' }],
  };
  expect(tableLines(grouped).join('\n')).toBe(
    [
      'metric           runs  finding',
      'qemu *',
      '  startup.ready    12  up',
      '                       down',
      '  memory.total     12  steady',
      'nspawn',
      '  memory.total      9  steady',
      '  ! memory.total: so few runs are judged with care alone',
    ].join('\n'),
  );
});
