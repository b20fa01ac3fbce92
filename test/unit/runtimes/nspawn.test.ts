import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { keptByNspawn, nspawnArguments } from '../../../harness/runtimes/nspawn.ts';

const boot = {
  root: '/var/tmp/twinboot-1/r1-1/root',
  name: 'twinboot-ab12-r1-1',
  channelFolder: '/var/tmp/twinboot-1/r1-1/channel',
};

describe('the command line of a container', () => {
  it('maps root to an id of nobody with userns=on, over a lower layer that is mapped already', () => {
    const args = nspawnArguments(boot, { userns: 'on', sys: 'ro' });
    expect(args).toContain('--private-users=1000000000:65536');
    expect(args).toContain('--private-users-ownership=off');
  });

  it('boots its own init, takes nothing from the host, and has the agent’s FIFOs at /run/twinboot', () => {
    const args = nspawnArguments(boot, { userns: 'off', sys: 'ro' });
    expect(args.join('\n')).toMatchInlineSnapshot(`
      "--directory=/var/tmp/twinboot-1/r1-1/root
      --boot
      --machine=twinboot-ab12-r1-1
      --private-network
      --register=no
      --keep-unit
      --console=read-only
      --settings=no
      --link-journal=no
      --resolv-conf=off
      --timezone=off
      --bind=/var/tmp/twinboot-1/r1-1/channel:/run/twinboot"
    `);
  });
});

describe('what nspawn keeps outside of a container', () => {
  it('is known beforehand, the tmpfs after the folder that it is mounted on', () => {
    const { dev, ino } = statSync('/usr');
    expect(keptByNspawn({ name: boot.name, root: '/usr' })).toEqual([
      { kind: 'path', path: `/run/systemd/nspawn/locks/inode-${dev}:${ino}` },
      { kind: 'path', path: '/run/systemd/nspawn/propagate/twinboot-ab12-r1-1' },
      { kind: 'path', path: '/run/systemd/nspawn/unix-export/twinboot-ab12-r1-1' },
      { kind: 'mount', path: '/run/systemd/nspawn/unix-export/twinboot-ab12-r1-1' },
    ]);
  });
});
