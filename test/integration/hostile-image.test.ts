import { spawnSync } from 'node:child_process';
import { mkdirSync, rmdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cgroupNamed, readCgroupLayout } from '../../harness/process/cgroup.ts';
import { processRunner } from '../../harness/process/runner.ts';
import { containerDevices, limitDevices, readDeviceRules } from '../../harness/runtimes/device-rules.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { describeHostileImages, diskNumber, hostileRuntimes } from './hostile-images.ts';

describeHostileImages(hostileRuntimes, { withinMs: 60_000 });

describe('the device rules on cgroup v2', () => {
  const { unified } = readCgroupLayout();
  const group = cgroupNamed(
    { mode: 'v2', v1: {}, v2Controllers: [], ...(unified === undefined ? {} : { unified }) },
    `twinboot-test-devices-${process.pid}`,
  );
  const folder = group.folders[0] ?? '';

  beforeAll(() => {
    if (unified !== undefined) mkdirSync(folder);
  });
  afterAll(() => {
    if (unified !== undefined) rmdirSync(folder);
  });

  it('let a process open what every program may expect, and no disk', async (context) => {
    context.skip(unified === undefined, 'this host has no cgroup v2 tree');
    await limitDevices(processRunner, group, containerDevices);
    expect(await readDeviceRules(processRunner, group)).toMatchObject({ programs: 1 });
    const inside = spawnSync(
      'sh',
      [
        '-c',
        `echo $$ > ${folder}/cgroup.procs; head -c 1 /dev/zero >/dev/null && echo zero; ` +
          `mknod ${temporaryFolder()}/disk b ${diskNumber} && echo made; head -c 512 /dev/mem && echo mem`,
      ],
      { encoding: 'utf8' },
    );
    expect(inside.stdout).toBe('zero\n');
    expect(inside.stderr).toContain('Operation not permitted');
  });
});
