import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { readProcessMemory } from '../../../harness/meters/process-memory.ts';

describe('processes of this host', () => {
  it('this one has memory and its name; one that ended, and a kernel thread, are left out', async ({
    skip,
  }) => {
    skip(process.platform !== 'linux', 'this system has no /proc');
    const child = spawn('true');
    await once(child, 'exit');
    const read = await readProcessMemory([process.pid, child.pid ?? 0, 2]);
    expect(read).toHaveLength(1);
    expect(read[0]).toMatchObject({ pid: process.pid });
    expect(read[0]?.pssBytes).toBeLessThanOrEqual(read[0]?.rssBytes ?? 0);
    expect(read[0]?.ussBytes).toBeLessThanOrEqual(read[0]?.pssBytes ?? 0);
  });
});
