import { expect, it } from 'vitest';
import { readProcessRights } from '../../../harness/runtimes/process-rights.ts';

it('what a process may do is read of this process as of any', () => {
  expect(readProcessRights(process.pid).user).toBe(process.geteuid?.());
});
