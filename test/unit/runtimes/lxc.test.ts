import { describe, expect, it } from 'vitest';
import { lxcConfig } from '../../../harness/runtimes/lxc.ts';

const boot = {
  name: 'twinboot-ab12-r1-1',
  folder: '/var/tmp/twinboot-1/r1-1',
  root: '/var/tmp/twinboot-1/r1-1/root',
  channelFolder: '/var/tmp/twinboot-1/r1-1/channel',
};

describe('the configuration of an LXC container', () => {
  it('boots its own init, takes nothing from the host, and stays in the group that was made for it', () => {
    expect(lxcConfig(boot, { userns: 'off', sys: 'mixed' })).toMatchInlineSnapshot(`
      "lxc.uts.name = twinboot-ab12-r1-1
      lxc.rootfs.path = dir:/var/tmp/twinboot-1/r1-1/root
      lxc.rootfs.mount = /var/tmp/twinboot-1/r1-1/lxc.root
      lxc.init.cmd = /sbin/init
      lxc.signal.halt = SIGRTMIN+3
      lxc.net.0.type = empty
      lxc.mount.auto = proc:mixed sys:mixed cgroup:mixed
      lxc.mount.entry = tmpfs run tmpfs nosuid,nodev,mode=755,size=20% 0 0
      lxc.mount.entry = /var/tmp/twinboot-1/r1-1/channel run/twinboot none bind,create=dir 0 0
      lxc.autodev = 1
      lxc.pty.max = 1024
      lxc.tty.max = 0
      lxc.console.logfile = /var/tmp/twinboot-1/r1-1/lxc.console
      lxc.cgroup.relative = 1
      lxc.apparmor.profile = unconfined
      lxc.seccomp.profile = /var/tmp/twinboot-1/r1-1/lxc.seccomp
      lxc.cap.drop = mac_admin mac_override sys_time sys_module sys_rawio
      "
    `);
  });

  it('maps root to an id of nobody with userns=on, where LXC drops no capability', () => {
    const config = lxcConfig(boot, { userns: 'on', sys: 'mixed' });
    expect(config).toContain('lxc.idmap = u 0 1000000000 65536\nlxc.idmap = g 0 1000000000 65536\n');
    expect(config).not.toContain('cap.drop');
  });

  it('mounts /sys as it is told', () => {
    const config = lxcConfig(boot, { userns: 'off', sys: 'rw' });
    expect(config).toContain('lxc.mount.auto = proc:mixed sys:rw cgroup:mixed\n');
  });
});
