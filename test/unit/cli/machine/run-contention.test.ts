import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onlyRecord } from '../../../support/only-record.ts';
import { ownState } from '../../../support/own-state.ts';
import { twinboot } from '../../../support/terminal.ts';

const own = ownState();

describe('twinboot run contention', { timeout: 60_000 }, () => {
  it('has a slow-down beside each stressor, and the reason of an operation that does not work', async () => {
    const runs = join(own.folder, 'runs');
    const { exitCode, notes } = await twinboot([
      ...['run', 'contention', '--runtime', 'fake', '--reserve', '64M', '--out', runs],
    ]);
    expect(exitCode, notes).toBe(0);
    expect(notes).toContain('worked beside memory: 1000 rounds');
    const [sample] = onlyRecord(runs).record.samples;
    expect(sample?.values.find(({ metric }) => metric === 'beside-cpu.fork-exec')?.value).toBe(1);
    // The fake instance has no network.
    expect(sample?.missing.find(({ metric }) => metric === 'contention.cpu')?.reason).toBe(
      'connect: Network is unreachable',
    );
  });
});
