import { describe, expect, it } from 'vitest';
import { closing, releaseOnFailure } from '../../../harness/process/leases.ts';

describe('what a boot that failed half-way had taken', () => {
  it('is given back in reverse order, what is closed among it: an open FIFO would keep the process alive', async () => {
    const given: string[] = [];
    const lease = (name: string) => ({ release: () => Promise.resolve(void given.push(name)) });
    const failed = releaseOnFailure(async (own) => {
      own(lease('folder'));
      own(closing({ close: () => void given.push('channel') }));
      own(lease('cgroup'));
      return Promise.reject(new Error('the manager’s files could not be written'));
    });
    await expect(failed).rejects.toThrow('the manager’s files could not be written');
    expect(given).toEqual(['cgroup', 'channel', 'folder']);
  });
});
