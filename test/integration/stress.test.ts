import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { stopStressCommand, stressCommand } from '../../harness/guest/sent-program.ts';
import { MIB } from '../../core/units.ts';
import { parseStressDone, stressors } from '../../harness/parse/stress.ts';

/** As the agent does in an instance; here it is this host that is stressed, for a second. */
function told(command: string): string[] {
  return execFileSync('sh', ['-c', command], { encoding: 'utf8' }).split('\n');
}

function perls(): number {
  return told('grep -lsx perl /proc/[0-9]*/comm || true').filter(Boolean).length;
}

describe('a stressor', () => {
  it.each(stressors)('%s does something until it is stopped, and leaves nothing', async (stressor) => {
    const before = perls();
    expect(told(stressCommand(stressor, 64 * MIB))[0]).toBe(`started ${stressor}`);
    await sleep(1000);
    expect(perls()).toBeGreaterThan(before + 1);
    expect(parseStressDone(told(stopStressCommand()))?.rounds).toBeGreaterThan(0);
    await expect.poll(perls, { timeout: 10_000 }).toBe(before);
    expect(['/run/twinboot-stress', '/var/tmp/twinboot-stress'].filter(existsSync)).toEqual([]);
  });

  it('that was not started cannot be stopped, and says so', () => {
    const { status, stderr } = spawnSync('sh', ['-c', stopStressCommand()], { encoding: 'utf8' });
    expect(status).not.toBe(0);
    expect(stderr).toContain('/run/twinboot-stress: No such file');
  });
});
