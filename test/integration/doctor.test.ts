import { readFileSync, readdirSync } from 'node:fs';
import { Command } from '@commander-js/extra-typings';
import { describe, expect, it, vi } from 'vitest';
import { addDoctorCommand } from '../../harness/cli/machine/doctor.ts';
import { cleaned, type Io } from '../../harness/cli/io.ts';
import type { Check } from '../../harness/host/doctor.ts';

async function doctor(
  args: string[],
  env: Io['env'] = {},
): Promise<{ text: string; notes: string[]; exitCode: number }> {
  const lines: string[] = [];
  const notes: string[] = [];
  const io = cleaned(
    {
      out: (text) => void lines.push(text.toString()),
      note: (text) => void notes.push(text.toString()),
      status: () => undefined,
    },
    { isTerminal: false, env, signal: new AbortController().signal },
  );
  const program = new Command().exitOverride();
  addDoctorCommand(program, io);
  await program.parseAsync(['doctor', ...args], { from: 'user' });
  return { text: lines.join('\n'), notes, exitCode: io.exitCode };
}

/** Everything that the checks may make on the host. */
function traces(): unknown {
  const named = (folder: string): string[] =>
    readdirSync(folder).filter((name) => /^twinboot-(doctor|kvm)/.test(name));
  return {
    mounts: readFileSync('/proc/self/mountinfo', 'utf8').match(/twinboot-doctor.*/g),
    files: [...named('/var/tmp'), ...named('/tmp')],
    groups: readdirSync('/sys/fs/cgroup', { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap((entry) => [entry.name, ...readdirSync(`/sys/fs/cgroup/${entry.name}`)])
      .filter((name) => name.startsWith('twinboot-doctor')),
    guests: readdirSync('/proc').filter((pid) => isDoctorsGuest(pid)),
  };
}

function isDoctorsGuest(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('boot-sector.img');
  } catch {
    return false;
  }
}

describe('twinboot doctor', () => {
  it('examines this host for real and leaves it as it was', async () => {
    const before = traces();
    const { text, exitCode } = await doctor(['--json']);
    expect(traces()).toEqual(before);

    const { able, checks } = JSON.parse(text) as { able: boolean; checks: Check[] };
    const lacking = checks.filter((check) => check.needed && check.state === 'missing');
    // The integration tests boot instances: on a host that they run on, nothing may be missing.
    expect(lacking).toEqual([]);
    expect({ able, exitCode }).toEqual({ able: true, exitCode: 0 });
    expect(checks.map((check) => check.id)).toEqual(
      expect.arrayContaining([
        'root',
        'cgroup',
        'overlay',
        'tool-systemd-nspawn',
        'kvm-device',
        'kvm-opens',
        'kvm-guest',
      ]),
    );
    for (const check of checks) if (check.state !== 'ok') expect(check.reason, check.id).toBeTruthy();
  });

  it('reads as lines with a sentence at the end, in plain ASCII where the terminal has no more', async () => {
    const { text } = await doctor([], { LC_ALL: 'C' });
    expect(text).toMatch(/^\+ Linux +\d/);
    expect(text.split('\n').at(-1)).toMatch(/^This host can run the main job/);
    // eslint-disable-next-line no-control-regex
    expect(text).toMatch(/^[\x00-\x7f]*$/);
    expect((await doctor([], { LANG: 'de_DE.UTF-8' })).text).toMatch(/^✓ Linux/);
  });

  it('has nothing to install, and says nothing of it', async () => {
    expect((await doctor(['--install', '--json'], { TWINBOOT_NO_INSTALL: '1' })).notes).toEqual([]);
  });

  it('exits with 3 where it is not root', async () => {
    vi.spyOn(process, 'getuid').mockReturnValue(1000);
    const { text, exitCode } = await doctor([]);
    vi.restoreAllMocks();
    expect(exitCode).toBe(3);
    expect(text).toMatch(/This host cannot run the main job\. Missing: root\.$/);
  });
});
