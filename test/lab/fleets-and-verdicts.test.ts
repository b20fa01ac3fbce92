import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { densityIn } from '../../results/fleet/density.ts';
import { newRunsFolder, onlyRecord } from '../integration/support.ts';
import { newTraces, rememberTraces } from '../support/host-state.ts';
import { twinboot } from '../support/terminal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

beforeEach(rememberTraces);
afterEach(() => expect(newTraces()).toEqual([]));

it.each([
  ['namespaces', 6],
  ['qemu:accel=kvm,memory=256M', 3],
])('density of %s: %s live, none lost', async (runtime, most) => {
  const out = newRunsFolder();
  const told = await twinboot([
    ...['run', 'density', '--runtime', runtime, '--instances', String(most)],
    // Guests with one virtual CPU: docs/kvm.md.
    ...['--cpus', '1', '--timeout', '900', '--out', out],
  ]);
  expect(told.exitCode, told.notes).toBe(0);
  const [sample] = onlyRecord(out).record.samples;
  const series = densityIn(sample?.details ?? {});
  expect(series?.lost).toEqual([]);
  expect(series?.steps.at(-1)?.live).toBe(most);
  for (const { parts, totalBytes } of series?.steps ?? []) {
    const rest = parts.find(({ id }) => id === 'memory.unexplained')?.bytes ?? NaN;
    expect(Math.abs(rest) / totalBytes).toBeLessThan(0.05);
  }
});

it('ab: two sides of one image, turn by turn', async () => {
  const sides = ['--a', 'image=trixie', '--b', 'image=trixie'];
  const told = await twinboot([
    ...['ab', 'startup', ...sides, '--runtime', 'namespaces', '--metric', 'startup.ready'],
    ...['--warmup', '0', '--max-rounds', '2', '--min-effect', '80%', '--out', newRunsFolder()],
  ]);
  expect([0, 1], told.out + told.notes).toContain(told.exitCode);
  expect(told.out).toContain('startup.ready');
});

it('gate: green where udev stays out of the container, red where D-Bus is forbidden', async () => {
  const folder = temporaryFolder();
  const gate = (forbidden: string) => {
    const file = join(folder, `${forbidden}.yaml`);
    const text = `image: trixie\nruntimes: [namespaces]\nscenarios: [services]\nrounds: 1\nwarmup: 0\nservices:\n  container: { forbid: [${forbidden}] }\n`;
    writeFileSync(file, text);
    return twinboot(['gate', file, '--out', join(folder, 'runs')]);
  };
  const green = await gate('systemd-udevd');
  expect(green.exitCode, green.out + green.notes).toBe(0);
  const red = await gate('dbus');
  expect(red.exitCode, red.out + red.notes).toBe(1);
});
