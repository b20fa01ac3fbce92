import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readContextSwitches, switchesBetween } from '../../../harness/meters/context-switches.ts';
import { parseContextSwitches } from '../../../harness/parse/context-switches.ts';

describe('parseContextSwitches', () => {
  it('adds both kinds', () => {
    const status =
      'Name:\tsystemd\nThreads:\t1\nvoluntary_ctxt_switches:\t1200\nnonvoluntary_ctxt_switches:\t34\n';
    expect(parseContextSwitches(status)).toBe(1234);
  });

  it('reads what this kernel writes', () => {
    expect(parseContextSwitches(readFileSync('/proc/self/status', 'utf8'))).toBeGreaterThan(0);
  });

  it('knows nothing of a kernel that does not count them', () => {
    expect(parseContextSwitches('Name:\tsystemd\n')).toBeUndefined();
  });
});

describe('readContextSwitches', () => {
  it('sees a process that wakes up twenty times', async () => {
    const child = spawn('/bin/sh', [
      '-c',
      'read _; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sleep 0.001; done; echo; read _',
    ]);
    const pids = [child.pid ?? 0];
    const before = readContextSwitches(pids);
    child.stdin.write('\n');
    await once(child.stdout, 'data');
    const switched = switchesBetween(before, readContextSwitches(pids));
    child.stdin.end('\n');
    expect(switched).toBeGreaterThanOrEqual(20);
  });

  it('leaves out processes that are gone', () => {
    expect(readContextSwitches([2 ** 30])).toEqual(new Map());
  });
});

describe('switchesBetween', () => {
  it('counts a thread that began since from nothing, and one that ended not at all', () => {
    const before = new Map([
      ['1/1', 100],
      ['2/2', 50],
    ]);
    const after = new Map([
      ['1/1', 130],
      ['3/3', 7],
    ]);
    expect(switchesBetween(before, after)).toBe(37);
  });
});
