import type { BareHost } from './bare-host.ts';

/** A host with figures of its own, for instances that are not booted: nothing runs, and no image is read. */
export const fakeBareHost: BareHost = {
  work: () =>
    Promise.resolve([
      'perl 5.40.1',
      'cpu 60.0 60.0 60.0',
      'system-call 100.0 100.0 100.0',
      'context-switch 1000.0 1000.0 1000.0',
      'page-fault 700.0 700.0 700.0',
      'fork-exec 400000.0 400000.0 400000.0',
      'tcp 9000.0 9000.0 9000.0',
      'file-create 8000.0 8000.0 8000.0',
      'fsync 1000000.0 1000000.0 1000000.0',
    ]),
  readImage: () =>
    Promise.resolve({
      'loop-mount': { timesMs: [28, 30, 32] },
      debugfs: { reason: 'debugfs is not installed' },
    }),
};
