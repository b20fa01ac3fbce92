import { describe, expect, it } from 'vitest';
import { noWork, operations, parseWork } from '../../../harness/parse/work.ts';
import { capturedWork } from '../../fixtures/guest/artifacts.ts';

describe('what the program says of a host', () => {
  it('is nine batches of every operation, and the version of perl', () => {
    const { perl, times } = capturedWork('host');
    expect(perl).toBe('5.36.0');
    expect(Object.keys(times)).toEqual([...operations]);
    for (const of of Object.values(times)) expect(of).toHaveProperty('batchesNs.length', 9);
  });

  it('without a network and a folder is the reason of each that needs them, and figures of the others', () => {
    const { times } = capturedWork('refused');
    expect(times.tcp).toEqual({ reason: 'connect: Network is unreachable' });
    expect(times.fsync).toEqual({
      reason: '/nonexistent/twinboot-work-18204: No such file or directory',
    });
    expect(times['fork-exec']).toHaveProperty('batchesNs.length', 9);
  });
});

describe('an answer that is none', () => {
  it.each([
    ['nothing', '', 'the program ended before it'],
    ['no number', 'cpu fast', 'the program said fast'],
    ['an endless number', `cpu ${'9'.repeat(30)}.0`, `the program said ${'9'.repeat(30)}.0`],
    ['one below 0', 'cpu -4.0', 'the program said -4.0'],
    [
      'too many',
      `cpu ${'1.0 '.repeat(40).trim()}`,
      expect.stringContaining('the program said 1.0 1.0') as string,
    ],
    ['a reason that acts on a terminal', 'cpu - \u001b[2Jgone', 'gone'],
  ])('%s', (_, line, reason) => {
    expect(parseWork([line]).times.cpu).toEqual({ reason });
  });

  it('of two lines of one operation the first counts', () => {
    expect(parseWork(['cpu 1.0', 'cpu 2.0']).times.cpu).toEqual({ batchesNs: [1] });
  });

  it('is the same reason for all where nothing ran', () => {
    const { perl, times } = noWork('perl is not installed');
    expect(perl).toBeUndefined();
    expect(Object.values(times)).toEqual(operations.map(() => ({ reason: 'perl is not installed' })));
  });
});
