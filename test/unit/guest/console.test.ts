import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordConsole, type ConsoleRecorder, type Mark } from '../../../harness/guest/console.ts';
import { captured } from '../../fixtures/guest/captured.ts';
import { manualClock } from '../../fixtures/guest/wire.ts';

const ESC = '\u001B';
let folder: string;
let clock: ReturnType<typeof manualClock>;
let console: ConsoleRecorder;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
  clock = manualClock();
  console = recordConsole(join(folder, 'console.log'), () => 0n, clock);
});
afterEach(async () => {
  await console.end();
  rmSync(folder, { recursive: true });
});

function say(text: string | Buffer): void {
  console.take(Buffer.from(text));
}

async function log(): Promise<string> {
  await console.end();
  return readFileSync(join(folder, 'console.log'), 'utf8');
}

describe('a mark', () => {
  const lines: [Mark, string][] = [
    ['kernel', '[    0.000000] Linux version 6.12.117+deb13-cloud-amd64 (debian-kernel@lists.debian.org)'],
    ['kernel-clock', '[    0.052000] tsc: Unable to calibrate against PIT'],
    [
      'panic',
      '[    1.234567] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)',
    ],
    ['kvm-error', 'KVM internal error. Suberror: 1'],
    [
      'multi-user',
      `[${ESC}[0;32m  OK  ${ESC}[0m] Reached target ${ESC}[0;1;39mmulti-user.target${ESC}[0m - Multi-User System.\r`,
    ],
    // StatusUnitFormat=description, the default until Debian 11.
    [
      'multi-user',
      `[${ESC}[0;32m  OK  ${ESC}[0m] Reached target ${ESC}[0;1;39mMulti-User System${ESC}[0m.\r`,
    ],
  ];

  it.each(lines)('%s: %s', async (mark, line) => {
    clock.advance(123.456);
    say(`${line}\n`);
    await console.seen(mark);
    expect(console.arrivedMs(mark)).toBe(123.456);
  });

  it('kernel-clock is not of lines that are printed while that stands at 0', () => {
    say(
      '[    0.000000] Linux version 6.12.117\n[    0.000000] random: crng init done\nLoading, please wait...\n',
    );
    expect(console.arrivedMs('kernel-clock')).toBeUndefined();
  });

  it('is stamped when its line is complete, however it was cut up', async () => {
    const line = Buffer.from(`${lines[4]?.[1] ?? ''}\n`);
    for (const byte of line) {
      clock.advance(1);
      say(Buffer.from([byte]));
    }
    await console.seen('multi-user');
    expect(console.arrivedMs('multi-user')).toBe(line.length);
  });

  it('keeps its first arrival', () => {
    clock.advance(1);
    say('Linux version 6\n');
    clock.advance(1);
    say('Linux version 6\n');
    expect(console.arrivedMs('kernel')).toBe(1);
  });

  it('that never arrives has no time', () => {
    say('Stopped target multi-user.target - Multi-User System.\nsystemd[1]: no panic\n');
    expect(console.arrivedMs('multi-user')).toBeUndefined();
    expect(console.arrivedMs('panic')).toBeUndefined();
  });
});

describe('how often the distribution started', () => {
  it('is how often it was welcome, whatever a boot loader and an initrd say', () => {
    expect(console.welcomes()).toBe(0);
    say('Welcome to GRUB!\nWelcome to Debian GNU/Linux 13 (trixie) (Initramfs)!\n');
    say(`Welcome to ${ESC}[0;1;31mDebian GNU/Linux 13 (trixie)${ESC}[0m!\r\n`);
    expect(console.welcomes()).toBe(1);
    say('Welcome to Debian GNU/Linux 13 (trixie)!\n');
    expect(console.welcomes()).toBe(2);
  });
});

describe('how often a distribution started that shows no status', () => {
  it('is how often its manager’s log began', () => {
    say('systemd 257.13-1~deb13u1 running in system mode (+PAM)\nDetected virtualization lxc.\n');
    expect(console.welcomes()).toBe(1);
    say('systemd 257.13-1~deb13u1 running in system mode (+PAM)\n');
    expect(console.welcomes()).toBe(2);
  });

  it('is not that where it is welcome: a manager that is re-executed has the same words', () => {
    say('systemd 257 running in system mode (+PAM)\nWelcome to Debian GNU/Linux 13 (trixie)!\n');
    say('systemd 257 running in system mode (+PAM)\n');
    expect(console.welcomes()).toBe(1);
  });
});

describe('consoles that were captured', () => {
  /** `[   1049.555] line`, as the log has it: played back at the times at which it came. */
  function replay(text: string): void {
    let nowMs = 0;
    for (const entry of text.split('\n')) {
      const match = /^\[ *([\d.]+)\] (.*)$/.exec(entry);
      if (match === null) continue;
      clock.advance(Number(match[1]) - nowMs);
      nowMs = Number(match[1]);
      say(`${match[2] ?? ''}\r\n`);
    }
  }

  it('a VM: the kernel at 1049.555 ms, multi-user at 26726.012 ms (both by grep)', () => {
    replay(captured('qemu', 'console.log'));
    expect(console.arrivedMs('kernel')).toBe(1049.555);
    expect(console.arrivedMs('multi-user')).toBe(26_726.012);
    expect(console.arrivedMs('panic')).toBeUndefined();
  });

  it('a container: no kernel, multi-user at 585.010 ms (by grep)', () => {
    replay(captured('nspawn', 'console.log'));
    expect(console.arrivedMs('kernel')).toBeUndefined();
    expect(console.arrivedMs('multi-user')).toBe(585.01);
  });
});

describe('the tail', () => {
  it('is the last forty lines, oldest first', () => {
    for (let line = 1; line <= 100; line += 1) say(`line ${line}\n`);
    expect(console.tail()).toHaveLength(40);
    expect(console.tail()[0]).toBe('line 61');
    expect(console.tail()[39]).toBe('line 100');
  });

  it.each([
    ['colours', `${ESC}[1;31mred${ESC}[0m`, 'red'],
    // Both are what systemd 257 sends to find out how large the terminal is.
    ['a soft reset and a far-away cursor', `${ESC}[!p${ESC}[32766;32766Hhere`, 'here'],
    ['a private mode', `${ESC}[?2004hhere`, 'here'],
    ['a window title', `${ESC}]0;owned\u0007here`, 'here'],
    ['a bell, a backspace and a NUL', 'a\u0007b\bc\0d', 'abcd'],
    ['8-bit controls', 'a\u009B31mb', 'ab'],
    ['bytes that are no text', Buffer.from([0x61, 0xff, 0x62]), 'a\uFFFDb'],
    ['a tab, and spaces before it', '  a\tb', '  a\tb'],
    ['brackets after a tab', '\t[  OK  ] Reached', '\t[  OK  ] Reached'],
    ['a line of a million characters', 'x'.repeat(1e6), 'x'.repeat(1000)],
  ])('shows %s as people read it', (_, raw, shown) => {
    say(raw);
    say('\n');
    expect(console.tail()).toEqual([shown]);
  });

  it('joins a character that was split between chunks', () => {
    const bytes = Buffer.from('日本\n');
    for (const byte of bytes) say(Buffer.from([byte]));
    expect(console.tail()).toEqual(['日本']);
  });
});

describe('the log', () => {
  it('has each line with its arrival, ms since t0', async () => {
    clock.advance(1049.5554);
    say('one\ntwo\n');
    expect(await log()).toBe('[   1049.555] one\n[   1049.555] two\n');
  });

  it('has a last line without its newline, once', async () => {
    say('twinboot login: ');
    await console.end();
    expect(await log()).toBe('[      0.000] twinboot login:\n');
    expect(console.tail()).toEqual(['twinboot login:']);
  });

  it('takes 8 MiB of a flood and says that it was cut; marks are seen after it all the same', async () => {
    const flood = Buffer.from(`${'é'.repeat(500)}\n`.repeat(1000));
    for (let chunk = 0; chunk < 20; chunk += 1) say(flood);
    say('Kernel panic - not syncing: at last\n');

    expect(console.arrivedMs('panic')).toBe(0);
    expect(console.tail().at(-1)).toBe('Kernel panic - not syncing: at last');
    const written = await log();
    expect(Buffer.byteLength(written)).toBeGreaterThan(8 * 1024 * 1024);
    expect(Buffer.byteLength(written)).toBeLessThan(8 * 1024 * 1024 + 2000);
    expect(written.trimEnd().split('\n').at(-1)).toBe('[twinboot] log cut here: more than 8388608 bytes');
  });

  it('that cannot be written does not end the run', async () => {
    const lost = recordConsole(join(folder, 'nowhere', 'console.log'), () => 0n, clock);
    lost.take(Buffer.from('Linux version 6\n'));
    await lost.end();
    await lost.end();
    expect(lost.arrivedMs('kernel')).toBe(0);
  });

  it('takes what comes after its end for nobody', async () => {
    await console.end();
    say('late\n');
    expect(await log()).toBe('');
  });
});
