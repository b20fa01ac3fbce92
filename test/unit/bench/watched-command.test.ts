import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseHighWaterBytes } from '../../../bench/watched-command.ts';

describe('parseHighWaterBytes', () => {
  it('reads the most that was ever resident, in bytes', () => {
    expect(
      parseHighWaterBytes('Name:\tnode\nVmPeak:\t  999 kB\nVmHWM:\t  151608 kB\nVmRSS:\t   1 kB\n'),
    ).toBe(151_608 * 1024);
  });

  it('agrees with this process, which has had at least as much as it has now', () => {
    const bytes = parseHighWaterBytes(readFileSync('/proc/self/status', 'utf8'));
    expect(bytes).toBeGreaterThanOrEqual(process.memoryUsage.rss() * 0.99);
  });

  it('refuses a process that is gone: a zombie has no memory', () => {
    expect(() => parseHighWaterBytes('Name:\tnode\nState:\tZ (zombie)\n')).toThrow('no VmHWM');
  });
});
