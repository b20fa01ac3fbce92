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
    expect(lxcConfig(boot, { mode: 'hybrid' }, { userns: 'off', sys: 'mixed' })).toMatchInlineSnapshot(`
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
      lxc.cgroup.devices.deny = a
      lxc.cgroup.devices.allow = c *:* m
      lxc.cgroup.devices.allow = b *:* m
      lxc.cgroup.devices.allow = c 1:3 rwm
      lxc.cgroup.devices.allow = c 1:5 rwm
      lxc.cgroup.devices.allow = c 1:7 rwm
      lxc.cgroup.devices.allow = c 1:8 rwm
      lxc.cgroup.devices.allow = c 1:9 rwm
      lxc.cgroup.devices.allow = c 5:0 rwm
      lxc.cgroup.devices.allow = c 5:1 rwm
      lxc.cgroup.devices.allow = c 5:2 rwm
      lxc.cgroup.devices.allow = c 136:* rwm
      "
    `);
  });

  it('maps root to an id of nobody with userns=on, where LXC drops no capability and the kernel guards devices', () => {
    const config = lxcConfig(boot, { mode: 'v2' }, { userns: 'on', sys: 'mixed' });
    expect(config).toContain('lxc.idmap = u 0 1000000000 65536\nlxc.idmap = g 0 1000000000 65536\n');
    expect(config).not.toMatch(/cap\.drop|devices/);
  });

  it('mounts /sys as it is told', () => {
    const config = lxcConfig(boot, { mode: 'v2' }, { userns: 'off', sys: 'rw' });
    expect(config).toContain('lxc.mount.auto = proc:mixed sys:rw cgroup:mixed\n');
  });

  it('writes the device rules for the version of cgroups that the host has', () => {
    const keys = (mode: 'v1' | 'hybrid' | 'v2') =>
      new Set(lxcConfig(boot, { mode }, { userns: 'off', sys: 'ro' }).match(/lxc\.cgroup2?\.devices/g));
    expect(keys('v1')).toEqual(new Set(['lxc.cgroup.devices']));
    expect(keys('hybrid')).toEqual(new Set(['lxc.cgroup.devices']));
    expect(keys('v2')).toEqual(new Set(['lxc.cgroup2.devices']));
  });
});
