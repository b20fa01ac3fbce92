import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openPseudoTerminal } from '../../../harness/runtimes/pseudo-terminal.ts';

/** To give a terminal away takes root. */
describe.skipIf(process.getuid?.() !== 0)('a terminal that stands in for a console', () => {
  it('belongs to the container’s root, and what is written to it is read', async () => {
    const terminal = await openPseudoTerminal(1_000_000_000);
    const arrived = new Promise<Buffer>((resolve) => terminal.output.once('data', resolve));
    const device = openSync(terminal.path, 'r+');
    writeSync(device, 'Reached target multi-user.target\n');
    expect(String(await arrived)).toBe('Reached target multi-user.target\r\n');
    expect(statSync(terminal.path).uid).toBe(1_000_000_000);
    closeSync(device);
    await terminal.release();
    await terminal.release();
  });

  it('outlives those who open and close it', async () => {
    const terminal = await openPseudoTerminal();
    closeSync(openSync(terminal.path, 'r+'));
    const arrived = new Promise<Buffer>((resolve) => terminal.output.once('data', resolve));
    const again = openSync(terminal.path, 'r+');
    writeSync(again, 'login:');
    expect(String(await arrived)).toBe('login:');
    closeSync(again);
    await terminal.release();
  });
});
