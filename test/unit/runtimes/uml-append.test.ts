import { describe, expect, it } from 'vitest';
import { guestWords } from '../../../harness/runtimes/uml-append.ts';
import { uml } from '../../../harness/runtimes/uml.ts';

describe('append= of User-Mode Linux', () => {
  it('takes words for the guest’s kernel and for systemd', () => {
    expect(guestWords(' quiet  loglevel=7 systemd.log_level=debug systemd.unit=rescue.target ')).toEqual([
      'quiet',
      'loglevel=7',
      'systemd.log_level=debug',
      'systemd.unit=rescue.target',
    ]);
  });

  // Every one of them is a word of `linux.uml --help` (6.1), or of a driver that is built in.
  it.each([
    ...[
      'xterm=/tmp/x',
      'con0=xterm',
      'con=tty:/dev/tty1',
      'ssl2=port:9000',
      'ubd1=/dev/vda',
      'ubdb=/dev/vda',
    ],
    ...[
      'udb',
      'fake_ide',
      'uml_dir=/etc/',
      'umid=other',
      'mem=64G',
      'iomem=a,/dev/mem',
      'initrd=/etc/shadow',
    ],
    ...['hostfs=/', 'vec0:transport=raw,ifname=eth0', 'eth0=tuntap', 'mconsole=notify:/run/x', 'nosysemu'],
    ...['virtio_uml.device=/run/x:1', 'root=/dev/ubdb', 'console=tty0', 'dsp=/dev/dsp', 'mixer=/dev/mixer'],
    ...['noreboot', '--help', '--showconfig', '--', 'aio=2.4', 'seccomp=on', 'jail'],
  ])('refuses %s, and names it', (word) => {
    expect(() => guestWords(`quiet ${word}`)).toThrow(`append=${word}: not a word`);
  });

  it('refuses what the kernel would split into words, and nobody else', () => {
    // The second byte of this letter in UTF-8 is 0xa0, which the kernel takes for a blank.
    expect(() => guestWords('systemd.machine_id=\u00e0con0=xterm')).toThrow('not a word');
  });

  it('is refused before anything boots', () => {
    expect(() => uml.options.parse({ append: 'con0=xterm' })).toThrow('append=con0=xterm');
  });
});
