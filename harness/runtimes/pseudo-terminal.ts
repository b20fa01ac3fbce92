import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { chown } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { ReadStream } from 'node:tty';
import { hostError } from '../../core/error.ts';
import { untilRead } from '../guest/console.ts';
import type { Releasable } from '../process/leases.ts';

/** A terminal of the host whose other end twinboot reads: what is bind-mounted on a container's /dev/console. */
export interface PseudoTerminal extends Releasable {
  /** The terminal's device, `/dev/pts/3`. */
  path: string;
  /** What is written to the terminal. */
  output: Readable;
}

/**
 * Unlocks the terminal (TIOCSPTLCK), gives it 24 lines of 80 columns (TIOCSWINSZ) and asks for its number (TIOCGPTN):
 * the same numbers on x86-64 and arm64. Node.js has no ioctl(2), and perl-base is essential to every Debian.
 */
const UNLOCK = `
  my ($lock, $size, $number) = (pack("i", 0), pack("S4", 24, 80, 0, 0), pack("i", 0));
  ioctl(STDIN, 0x40045431, $lock) or die "TIOCSPTLCK: $!";
  ioctl(STDIN, 0x5414, $size) or die "TIOCSWINSZ: $!";
  ioctl(STDIN, 0x80045430, $number) or die "TIOCGPTN: $!";
  print unpack("i", $number);
`;

/** Opens one (pty(7)); `owner`: the host's id of the container's root. Errors: `no-terminal` (host). */
export async function openPseudoTerminal(owner = 0): Promise<PseudoTerminal> {
  const flags = constants.O_RDWR | constants.O_NOCTTY;
  const master = openSync('/dev/ptmx', flags);
  const unlocked = spawnSync('perl', ['-e', UNLOCK], {
    cwd: '/',
    stdio: [master, 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  if (unlocked.status !== 0) {
    closeSync(master);
    throw hostError('no-terminal', `cannot make a terminal: ${unlocked.error?.message ?? unlocked.stderr}`, {
      hint: 'is /dev/pts mounted, and perl installed?',
    });
  }
  const path = `/dev/pts/${unlocked.stdout}`;
  // Held open: after the last close of this side the other reads an error, once per getty that hangs the terminal up.
  const held = openSync(path, flags);
  await chown(path, owner, owner === 0 ? TTY_GROUP : owner);
  const output = new ReadStream(master);
  output.on('error', () => undefined);
  let open = true;
  return {
    path,
    output,
    async release() {
      if (!open) return;
      open = false;
      await untilRead();
      output.destroy();
      closeSync(held);
    },
  };
}

/** The group `tty` of every Debian, as devpts(5)'s gid=5. */
const TTY_GROUP = 5;
