import { expect, it } from 'vitest';
import { workParent } from '../../../harness/host/work-parent.ts';

it('is /var/tmp where that lies on a disk', () => {
  expect(workParent(() => false)).toEqual({ folder: '/var/tmp' });
});

it('is another place where /var/tmp lies in memory', () => {
  expect(workParent((folder) => folder === '/var/tmp')).toEqual({ folder: '/var/lib' });
});

it('is said where every place does', () => {
  expect(workParent(() => true)).toEqual({
    folder: '/var/tmp',
    note: expect.stringContaining('part of memory.total') as string,
  });
});
