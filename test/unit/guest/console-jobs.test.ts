import { describe, expect, it } from 'vitest';
import {
  failuresIn,
  isRestartIn,
  lastTargetIn,
  trackStarts,
  waitedForIn,
} from '../../../harness/guest/console-jobs.ts';

describe('what a boot waits for', () => {
  it('is the unit of the job that systemd names, whatever the spinner and the time', () => {
    expect(
      waitedForIn([
        '[  OK  ] Reached target basic.target - Basic System.',
        '[*     ] A start job is running for wait-for-licence.service - Licence Server (8s / no limit)',
        '[***   ] A start job is running for wait-for-licence.service - Licence Server (9s / no limit)',
      ]),
    ).toEqual(['wait-for-licence.service - Licence Server']);
  });

  it('are all of them where several run', () => {
    expect(
      waitedForIn([
        '[*     ] (1 of 2) A stop job is running for a.service - A (with words) (1min 3s / 1min 30s)',
        '[**    ] (2 of 2) A start job is running for /dev/sdb1 (1min 4s / 1min 30s)',
      ]),
    ).toEqual(['a.service - A (with words)', '/dev/sdb1']);
  });

  it('is nothing where no job is told of', () => {
    expect(waitedForIn(['Starting a.service - A...', 'A start job'])).toEqual([]);
  });
});

describe('what did not come up', () => {
  it('is what systemd says of it, without what failed for that', () => {
    expect(
      failuresIn([
        '[ TIME ] Timed out waiting for device /dev/nope.',
        '[FAILED] Failed to mount srv.mount - /srv.',
        "See 'systemctl status srv.mount' for details.",
        '[DEPEND] Dependency failed for local-fs.target - Local File Systems.',
        'Failed to open libbpf, cgroup BPF features disabled: Operation not supported',
      ]),
    ).toEqual(['Timed out waiting for device /dev/nope', 'Failed to mount srv.mount - /srv']);
  });

  it('are the last three where many fail, each once', () => {
    const tail = ['a', 'b', 'c', 'd', 'd'].map((name) => `[FAILED] Failed to start ${name}.service.`);
    expect(failuresIn(tail)).toEqual(['b', 'c', 'd'].map((name) => `Failed to start ${name}.service`));
  });
});

it('names the last target that was reached', () => {
  const tail = ['[  OK  ] Reached target basic.target - Basic System.', '[  OK  ] Reached target Kiosk.'];
  expect(lastTargetIn(tail)).toBe('Kiosk');
  expect(lastTargetIn(tail.slice(0, 1))).toBe('basic.target - Basic System');
  expect(lastTargetIn([])).toBeUndefined();
});

it.each([
  ['[  OK  ] Reached target reboot.target - System Reboot.', true],
  ['[   12.345678] reboot: Restarting system', true],
  ['[  OK  ] Reached target poweroff.target - System Power Off.', false],
  ['the reboot is over', false],
])('%s: a restart is %s', (line, is) => {
  expect(isRestartIn([line])).toBe(is);
});

describe('starts that have begun', () => {
  function begunAfter(...lines: string[]): string[] {
    const starts = trackStarts();
    for (const line of lines) starts.take(line);
    return starts.begun();
  }

  it('are those without a line that says how they ended', () => {
    expect(
      begunAfter(
        '         Starting wait-for-licence.service - Licence Server...',
        '         Starting a.service - A...',
        '         Mounting mnt-b.mount - B...',
        '[  OK  ] Started a.service - A.',
        '[FAILED] Failed to mount mnt-b.mount - B.',
      ),
    ).toEqual(['wait-for-licence.service - Licence Server']);
  });

  it('are over though the two lines were shortened at other places', () => {
    expect(
      begunAfter(
        '         Starting systemd-tmpfiles-setup-de…reate Static Device Nodes in /dev...',
        '[  OK  ] Finished systemd-tmpfiles-setup-dev…Create Static Device Nodes in /dev.',
      ),
    ).toEqual([]);
  });

  it('are not over by a line without a name', () => {
    const starts = trackStarts();
    starts.take('         Starting a.service - A...');
    starts.take('[  OK  ] Started  - .');
    expect(starts.begun()).toEqual(['a.service - A']);
  });

  it('are kept to 500, however many a guest begins', () => {
    const lines = Array.from({ length: 10_000 }, (_, index) => `Starting u${index}.service - U...`);
    expect(begunAfter(...lines)).toHaveLength(500);
  });
});
