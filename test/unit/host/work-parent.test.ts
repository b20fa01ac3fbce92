import { expect, it } from 'vitest';
import { workParent } from '../../../harness/host/work-parent.ts';

it('is /var/tmp where that lies on a disk', () => {
  expect(workParent(() => false)).toEqual({ folder: '/var/tmp', isInMemory: false });
});

it('is another place where /var/tmp lies in memory', () => {
  expect(workParent((folder) => folder === '/var/tmp')).toEqual({ folder: '/var/lib', isInMemory: false });
});

it('is known to be in memory where every place is', () => {
  expect(workParent(() => true)).toEqual({ folder: '/var/tmp', isInMemory: true });
});
