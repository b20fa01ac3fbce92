import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findImage, prepare } from '../../bench/ground.ts';
import { withHost } from '../../harness/cli/machine/session.ts';
import { terminalIo } from '../../harness/cli/terminal.ts';
import type { UnitsReading } from '../../harness/contract/artifacts.ts';
import { unitsAtOnce, unitsInTurn } from '../../harness/observe/read-units.ts';
import { waitUntilQuiet } from '../../harness/fleet/settle-fleet.ts';
import { untilReady } from '../../harness/runtimes/ready.ts';

/** All of it but the time that goes on, with lists in one order. */
function comparable({ manager, units, unitFiles, failedConditions }: UnitsReading): unknown {
  const sorted = <Value>(of: ReadonlyMap<string, Value>): [string, Value][] =>
    [...of].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    manager,
    units: sorted(units).map(([id, unit]) => ({
      ...unit,
      id,
      cpuMs: undefined,
      names: unit.names.toSorted(),
      after: unit.after.toSorted(),
      requires: unit.requires.toSorted(),
      askedForBy: unit.askedForBy.toSorted(),
    })),
    unitFiles: sorted(unitFiles),
    failedConditions: sorted(failedConditions),
  };
}

it('one connection to the manager tells what systemctl tells', async () => {
  const io = terminalIo(new AbortController().signal);
  await withHost(io, 'a test of units', async (host) => {
    const image = await findImage(host, undefined, () => undefined);
    const prepared = await prepare(host, 'namespaces', image, () => undefined);
    const consoleLog = join(host.workFolder, 'console.log');
    const instance = await prepared.start({ bootId: `units-${process.pid}`, consoleLog });
    try {
      await untilReady(instance, 60_000, host.signal);
      const cpuMs = async (): Promise<number> => (await instance.meters.cpuMs()) ?? 0;
      await waitUntilQuiet(cpuMs, 1, instance.clock);
      const atOnce = await unitsAtOnce(instance.agent);
      const inTurn = await unitsInTurn(instance.agent);
      expect(atOnce?.units.size).toBeGreaterThan(50);
      expect(atOnce?.failedConditions.size).toBeGreaterThan(10);
      expect(comparable(atOnce ?? expect.unreachable())).toEqual(comparable(inTurn));
    } finally {
      await instance.kill();
      await prepared.release();
    }
    return 0;
  });
});
