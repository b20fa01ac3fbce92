import { chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  confinedCommand,
  pickConfinedUser,
  plainDevices,
  systemPrograms,
  type Room,
} from '../../../harness/process/room.ts';
import { launch, type LaunchRequest } from '../../../harness/process/launch.ts';
import { processRunner } from '../../../harness/process/runner.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const USER = 1_000_065_536;

it('is a user of nobody’s, behind those of containers', () => {
  const users = Array.from({ length: 1000 }, pickConfinedUser);
  expect(Math.min(...users)).toBeGreaterThanOrEqual(1_000_065_536);
  expect(Math.max(...users)).toBeLessThan(1_000_131_072);
  expect(new Set(users).size).toBeGreaterThan(900);
});

it('is one command line that becomes the command', () => {
  const room: Room = {
    user: USER,
    fileBytes: 4096,
    things: [
      { kind: 'ro', path: '/usr' },
      { kind: 'device', path: '/dev/kvm' },
    ],
  };
  expect(confinedCommand(room, 'when-released', ['qemu', '-m', '64'])).toEqual([
    'perl',
    expect.stringMatching(/\/room\.pl$/),
    ...['when-released', '1000065536', '4096', 'ro=/usr', 'device=/dev/kvm', '--', 'qemu', '-m', '64'],
  ]);
});

/** A launch in no control group. */
const nothing: Omit<LaunchRequest, 'command'> = {
  args: [],
  env: {},
  cgroup: { layout: { mode: 'v2', v1: {}, v2Controllers: [] }, name: 'none', folders: [] },
  onOutput: () => undefined,
  onStart: () => undefined,
};

const canConfine = process.getuid?.() === 0 && process.arch === 'x64';
const skipped = canConfine ? '' : ' (left out: takes root and x86-64)';

describe.runIf(canConfine)(`a shell in a room${skipped}`, () => {
  const folder = temporaryFolder();
  const [given, mine, secret] = ['given', 'mine', 'secret'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(given);
  writeFileSync(join(given, 'file'), 'given\n', { mode: 0o644 });
  writeFileSync(mine, '');
  chownSync(mine, USER, USER);
  writeFileSync(secret, 'secret\n', { mode: 0o644 });
  const room: Room = {
    user: USER,
    fileBytes: 4096,
    things: [...systemPrograms(), ...plainDevices, { kind: 'ro', path: given }, { kind: 'rw', path: mine }],
  };

  async function printed(script: string): Promise<string> {
    const [command = '', ...args] = confinedCommand(room, 'at-once', ['sh', '-c', script]);
    return (await processRunner.run(command, args, { allowFailure: true })).stdout.trim();
  }

  it('sees what it was given, at the same path, and nothing else of the host', async () => {
    expect(
      await printed(`cat ${given}/file; cat ${secret} /etc/shadow; ls -a /.host /root /home; echo $?`),
    ).toBe('given\n2');
    expect(await printed('ls /')).not.toMatch(/^(home|root|sys|run|boot)$/m);
  });

  it('is an ordinary user without capabilities, for good, and alone in its network', async () => {
    expect(await printed('id -u; id -g; id -G')).toBe(`${USER}\n${USER}\n${USER}`);
    const status = await statusOfSleeper();
    expect(status).toMatch(/^CapBnd:\t0+$/m);
    expect(status).toMatch(/^CapEff:\t0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
  });

  it('writes to what is its own, up to the limit, and nowhere else', async () => {
    await printed(`echo x >${mine}; echo x >${given}/new; echo x >/new; echo x >>${secret}`);
    expect(readFileSync(mine, 'utf8')).toBe('x\n');
    await printed(`head -c 100000 /dev/zero >${mine}`);
    expect(statSync(mine).size).toBe(4096);
  });

  it('makes no device, mounts nothing and changes no other user’s file', async () => {
    const attempts = [
      `mknod /tmp/x b 8 0 || mknod ${mine}.node b 8 0`,
      'mount -t tmpfs none /usr',
      `chown 0 ${mine}`,
      `chmod 777 ${given}/file`,
    ];
    for (const attempt of attempts) {
      expect(await printed(`{ ${attempt}; } 2>/dev/null; echo $?`), attempt).not.toBe('0');
    }
  });

  async function statusOfSleeper(): Promise<string> {
    const { pid, exited } = await launch({ ...nothing, command: 'sleep', args: ['0.2'], room });
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    await exited;
    return status;
  }
});

describe.runIf(canConfine)(`a room that cannot be made${skipped}`, () => {
  it('ends the launch with the reason on standard error', async () => {
    const output: Buffer[] = [];
    const { exited } = await launch({
      ...nothing,
      command: 'true',
      room: { user: USER, fileBytes: 0, things: [{ kind: 'ro', path: '/nowhere/at/all' }] },
      onOutput: (chunk) => output.push(chunk),
    });
    expect((await exited).exitCode).not.toBe(0);
    expect(Buffer.concat(output).toString()).toContain('/nowhere/at/all: No such file or directory');
  });
});
