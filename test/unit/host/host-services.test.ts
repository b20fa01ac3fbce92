import { describe, expect, it } from 'vitest';
import {
  hostServicesOf,
  readHostServices,
  unitsOf,
  type HostProcess,
} from '../../../harness/host/host-services.ts';

const OWN = 'pid:[4026531836]';

function process(names: string | string[], cgroup = '', rest: Partial<HostProcess> = {}): HostProcess {
  return { pid: 100, names: [names].flat(), arguments: [], cgroup, pidNamespace: OWN, ...rest };
}

describe('the unit of a process', () => {
  it.each([
    ['0::/system.slice/dbus.service\n', ['dbus']],
    ['0::/init.scope\n', ['init.scope']],
    ['0::/system.slice/system-getty.slice/getty@tty1.service\n', ['getty']],
    ['0::/system.slice/systemd-udevd.service/udev\n', ['systemd-udevd']],
    ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/dbus.service\n', ['user@']],
    ['0::/user.slice/user-1000.slice/session-2.scope\n', ['session-2.scope']],
    ['12:pids:/system.slice/cron.service\n1:name=systemd:/system.slice/cron.service\n0::/\n', ['cron']],
    ['0::/\n', []],
    ['', []],
  ])('%j', (cgroup, units) => {
    expect(unitsOf({ cgroup })).toEqual(units);
  });
});

describe('a host with systemd', () => {
  const services = hostServicesOf(
    'systemd',
    [
      process('systemd', '0::/init.scope\n'),
      process('kthreadd', '0::/\n'),
      process('dbus-daemon', '0::/system.slice/dbus.service\n'),
      process('agetty', '0::/system.slice/system-getty.slice/getty@tty1.service\n'),
      process('cron', '0::/system.slice/cron.service\n'),
      process('systemd', '0::/user.slice/user-1000.slice/user@1000.service/init.scope\n'),
      // A container's own units, by nspawn and by Docker.
      process(
        'rsyslogd',
        '0::/machine.slice/systemd-nspawn@web.service/payload/system.slice/rsyslog.service\n',
        {
          pidNamespace: 'pid:[4026532200]',
        },
      ),
      process('sshd', '0::/system.slice/docker-0123.scope/system.slice/ssh.service\n', {
        pidNamespace: 'pid:[4026532300]',
      }),
    ],
    OWN,
  );

  it('runs the services that have a process', () => {
    expect(services.source).toBe('units');
    expect(services.running).toEqual(['cron', 'dbus', 'getty', 'init.scope', 'user@']);
    expect(services.stateOf('dbus.service')).toBe('running');
  });

  it('does not run what only its containers run', () => {
    expect(services.stateOf('rsyslog.service')).toBe('not-running');
    expect(services.stateOf('ssh.service')).toBe('not-running');
  });

  it('runs a login prompt, whatever terminal the instance’s waits at', () => {
    for (const unit of ['getty@tty2', 'serial-getty@ttyS0', 'container-getty@1', 'console-getty']) {
      expect(services.stateOf(`${unit}.service`)).toBe('running');
    }
  });

  it('runs the service under another distribution’s name', () => {
    expect(services.stateOf('crond.service')).toBe('running');
    expect(services.stateOf('dbus-broker.service')).toBe('running');
    expect(services.stateOf('user@0.service')).toBe('running');
  });

  it('knows of every unit that it does not run', () => {
    expect(services.stateOf('something-of-their-own.service')).toBe('not-running');
  });
});

describe('a host without systemd', () => {
  const services = hostServicesOf(
    'init',
    [
      process('init'),
      // Cut to 15 characters by the kernel, called by a link, or with a title of its own.
      process(['systemd-journald', 'systemd-journal']),
      process(['udevadm', 'systemd-udevd', 'systemd-udevd']),
      process(['sshd', 'sshd:', 'sshd']),
      process(['dbus-daemon'], '', { arguments: ['--session', '--address=unix:path=/run/user/1000/bus'] }),
      process('rsyslogd', '', { pidNamespace: 'pid:[4026532200]' }),
    ],
    OWN,
  );

  it('runs what its programs tell', () => {
    expect(services.source).toBe('programs');
    expect(services.running).toEqual(['ssh', 'systemd-journald', 'systemd-udevd']);
    expect(services.stateOf('systemd-udevd.service')).toBe('running');
  });

  it('does not run the system bus when somebody’s session has one', () => {
    expect(services.stateOf('dbus.service')).toBe('not-running');
  });

  it('runs the system bus under either program', () => {
    const daemon = process('dbus-daemon', '', { arguments: ['--system', '--nofork'] });
    const broker = process('dbus-broker-launch', '', { arguments: ['--scope', 'system'] });
    for (const bus of [daemon, broker])
      expect(hostServicesOf('init', [bus], OWN).stateOf('dbus.service')).toBe('running');
  });

  it('does not run what only its containers run', () => {
    expect(services.stateOf('rsyslog.service')).toBe('not-running');
  });

  it('says that it does not know what its table does not know', () => {
    expect(services.stateOf('something-of-their-own.service')).toBe('unknown');
  });
});

it.runIf(globalThis.process.platform === 'linux')('this host answers', () => {
  expect(['running', 'not-running']).toContain(readHostServices().stateOf('dbus.service'));
});
