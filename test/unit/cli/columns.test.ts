import { describe, expect, it } from 'vitest';
import { alignedLines } from '../../../harness/cli/columns.ts';

describe('alignedLines', () => {
  it('makes each column as wide as its widest cell, figures to the right and words to the left', () => {
    const lines = alignedLines([
      ['metric', 'median', 'finding'],
      ['startup.ready', '446 ms', 'steady'],
      ['memory', '12.5 MiB', ''],
    ]);
    expect(lines).toEqual([
      'metric           median  finding',
      'startup.ready    446 ms  steady',
      'memory         12.5 MiB',
    ]);
  });

  it('stands columns where it is told', () => {
    expect(
      alignedLines(
        [
          ['a', 'b'],
          ['long', 'longer'],
        ],
        ['right', 'right'],
      ),
    ).toEqual(['   a       b', 'long  longer']);
  });

  it('lets the last cell of a shorter row run on, so that a heading makes no column wider', () => {
    const lines = alignedLines([
      ['qemu *  (n = 20)'],
      ['ready', '1 s', 'ok'],
      ['trixie', 'damaged: no disk'],
    ]);
    expect(lines).toEqual(['qemu *  (n = 20)', 'ready   1 s  ok', 'trixie  damaged: no disk']);
  });

  it('takes a line for each line of a cell', () => {
    expect(
      alignedLines([
        ['', 'nspawn\nalone', 'x'],
        ['a', '1', ''],
      ]),
    ).toEqual(['   nspawn  x', '    alone', 'a       1']);
  });
});
