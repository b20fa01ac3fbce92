import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MIB } from '../../core/units.ts';
import { removeImage } from '../../harness/image/catalogue.ts';
import { ledgerSchema, type LedgerRow, type RunRecord } from '../../results/record.ts';
import { newTraces, rememberTraces } from '../support/host-state.ts';
import { layerImage, type Tree } from '../support/layered-image.ts';
import { twinboot, type Told } from '../support/terminal.ts';
import { newRunsFolder, onlyRecord } from './support.ts';

/**
 * Images as their makers left them (docs/reliability.md), really booted: as many oddities in one image as get on
 * together.
 */

beforeAll(async () => {
  const { exitCode, notes } = await twinboot(['image', 'build']);
  expect(exitCode, notes).toBe(0);
});
beforeEach(rememberTraces);
afterEach(() => expect(newTraces()).toEqual([]));

interface Booted extends Told {
  folder: string;
  record: RunRecord;
}

async function bootOnce(image: string, ...options: string[]): Promise<Booted> {
  const out = newRunsFolder();
  const told = await twinboot(
    ['run', '--image', image, '--rounds', '1', '--warmup', '0', '--out', out].concat(options),
  );
  return { ...told, ...onlyRecord(out) };
}

const SYSTEM = 'etc/systemd/system';

/** A unit that multi-user.target wants. */
function wanted(name: string, ...lines: string[]): Tree {
  return {
    [`${SYSTEM}/${name}`]: `${lines.join('\n')}\n`,
    [`${SYSTEM}/multi-user.target.wants/${name}`]: { to: `/${SYSTEM}/${name}` },
  };
}

const service = (name: string, ...lines: string[]): Tree => wanted(`${name}.service`, '[Service]', ...lines);

const FOREVER = 'ExecStart=/bin/sleep infinity';

const oddUnits: Tree = {
  // Bytes and lines. The kernel keeps 15 bytes of the name: the last one is the first half of a letter.
  'usr/local/bin/kundenkonto-prüfer': { program: '#!/bin/sh\nwhile :; do sleep 3600; done\n' },
  ...service('half-a-letter', 'ExecStart=/usr/local/bin/kundenkonto-prüfer'),
  'usr/local/bin/renames-itself': { program: '#!/usr/bin/perl\n$0 = "a\\nb) R 1\\e[31m";\nsleep while 1;\n' },
  ...service('renames-itself', 'ExecStart=/usr/local/bin/renames-itself'),
  'usr/local/bin/start-nightly': {
    program: `#!/bin/sh
text=$(printf '%70000s' '' | tr ' ' x)
systemd-run --no-block --unit=nightly --description="$text" sleep infinity
systemd-run --no-block --unit=forger --description='one

Id=forged.service
LoadState=loaded
ActiveState=failed' sleep infinity
`,
  },
  ...service('start-nightly', 'Type=oneshot', 'ExecStart=/usr/local/bin/start-nightly'),
  ...service('escaped\\x2dname', FOREVER),
  [`${SYSTEM}/job@.service`]: `[Service]\n${FOREVER}\n`,
  [`${SYSTEM}/multi-user.target.wants/job@a\\x2db.service`]: { to: `/${SYSTEM}/job@.service` },
  'etc/ld.so.preload': '/opt/vendor/lib/libvendor-accel.so\n',
  ...service('garbage', 'Type=oneshot', "ExecStart=/bin/sh -c 'head -c 1000000 /dev/urandom >/dev/console'"),
  ...service(
    'log-rules',
    'Type=oneshot',
    "ExecStart=/bin/sh -c 'echo page on /Kernel panic - not syncing/ >/dev/console'",
  ),
  // What fails.
  ...wanted('mnt-archive.mount', '[Mount]', 'What=/dev/archive', 'Where=/mnt/archive', 'Type=ext4'),
  ...wanted('intake.socket', '[Socket]', 'ListenStream=/proc/intake'),
  [`${SYSTEM}/intake.service`]: `[Service]\n${FOREVER}\n`,
  ...service('collector', 'ExecStart=/bin/false', 'Restart=always', 'RestartSec=200ms'),
  [`${SYSTEM}/collector.service.d/limit.conf`]: '[Unit]\nStartLimitIntervalSec=0\n',
  ...service('slow-failure', 'Type=oneshot', "ExecStart=/bin/sh -c 'sleep 4; exit 1'"),
  ...wanted(
    'needs-slow.service',
    '[Unit]',
    'Requires=slow-failure.service',
    'After=slow-failure.service',
    '[Service]',
    FOREVER,
  ),
  // Processes that no running service has.
  ...service('leaves-a-child', 'KillMode=process', "ExecStart=/bin/sh -c 'sleep infinity & exec sleep 0.1'"),
  [`${SYSTEM}/never-ready.service`]: `[Service]\nType=notify\nTimeoutStartSec=infinity\n${FOREVER}\n`,
  ...wanted('never-ready.timer', '[Timer]', 'OnActiveSec=0'),
  // Whose process it is: of a user's manager, and of another system's groups below one service.
  'usr/local/bin/take': { program: '#!/usr/bin/perl\nmy $memory = "y" x ($ARGV[0] << 20);\nsleep;\n' },
  'usr/local/bin/engine': {
    program: `#!/bin/sh
if line=$(grep ':name=systemd:' /proc/self/cgroup); then
	base=/sys/fs/cgroup/systemd path=\${line##*:}
else
	base=/sys/fs/cgroup path=$(sed -n 's/^0:://p' /proc/self/cgroup)
fi
inner=$base$path/payload/system.slice/dbus.service
mkdir -p "$inner"
sh -c 'echo $$ >"$1/cgroup.procs"; exec /usr/local/bin/take 30' sh "$inner" &
exec sleep infinity
`,
  },
  ...service('engine', 'Delegate=yes', 'ExecStart=/usr/local/bin/engine'),
  ...service('backup', FOREVER),
  'etc/systemd/user/backup.service': '[Service]\nExecStart=/usr/local/bin/take 20\n',
  'etc/systemd/user/default.target.wants/backup.service': { to: '../backup.service' },
  'var/lib/systemd/linger/root': '',
};

describe('an image with odd units', () => {
  const IMAGE = 'test-odd-units';
  let booted: Booted;

  beforeAll(async () => {
    await layerImage(IMAGE, oddUnits);
    booted = await bootOnce(IMAGE, '--runtime', 'nspawn');
  });
  afterAll(() => removeImage(IMAGE));

  const sample = (scenario: string) => {
    const found = booted.record.samples.find((one) => one.scenario === scenario);
    if (found === undefined) throw new Error(`no sample of ${scenario}`);
    return found;
  };
  const value = (metric: string): number | undefined =>
    booted.record.samples.flatMap(({ values }) => values).find((one) => one.metric === metric)?.value;
  const rows = (): LedgerRow[] => ledgerSchema.parse(sample('services').details).services;
  const row = (name: string): LedgerRow | undefined => rows().find(({ service: unit }) => unit === name);

  it('loses nothing: every metric that a container has, has a value', () => {
    expect(booted.exitCode, booted.notes).toBe(0);
    for (const { outcome } of booted.record.samples) expect(outcome).toBe('ok');
    const missing = ['startup', 'memory', 'services'].flatMap((id) => sample(id).missing);
    for (const { reason } of missing)
      expect(reason).toMatch(/^(a container has no kernel|does not exist on this side|this kernel does not)/);
  });

  it.each(['half-a-letter', 'renames-itself', 'nightly', 'forger', 'escaped\\x2dname', 'job@a\\x2db'])(
    '%s runs, and has its memory',
    (name) => {
      expect(row(`${name}.service`)).toMatchObject({ state: 'running' });
      expect(row(`${name}.service`)?.pssBytes).toBeGreaterThan(0);
    },
  );

  it('cuts a description of 70 kB, and takes no line of another for a unit', () => {
    expect(row('nightly.service')?.title?.length).toBeLessThan(300);
    expect(row('forged.service')).toBeUndefined();
  });

  it('knows why udev was skipped, whatever the loader says on standard error', () => {
    expect(row('systemd-udevd.service')).toMatchObject({
      state: 'skipped',
      reason: 'ConditionPathIsReadWrite=/sys',
    });
  });

  it('counts and names what failed, of every type, and a crash loop', async () => {
    const failed = rows().filter(({ state }) => state === 'failed');
    expect(failed.map(({ service: unit }) => unit)).toEqual([
      'collector.service',
      'intake.socket',
      'mnt-archive.mount',
      'slow-failure.service',
    ]);
    expect(value('services.failed')).toBe(4);
    expect(row('collector.service')?.reason).toMatch(/^ended and started again, \d+ times/);

    const gate = join(booted.folder, 'gate.yaml');
    writeFileSync(gate, 'scenarios: [services]\nservices:\n  forbid-failed: true\n');
    const told = await twinboot(['gate', gate, '--run', booted.folder]);
    expect(told.exitCode, told.out + told.notes).toBe(1);
    expect(told.out).toContain('mnt-archive.mount');
  });

  it('names what the boot waited for, and what did not start for it', () => {
    expect(row('slow-failure.service')?.durationMs).toBeGreaterThan(4000);
    expect(booted.out).toContain('multi-user.target waited for slow-failure.service');
    expect(row('needs-slow.service')?.reason).toBe(
      'asked for, but it requires slow-failure.service, which did not come up',
    );
  });

  it('counts what lives without being called running', () => {
    expect(row('leaves-a-child.service')).toMatchObject({
      state: 'running',
      reason: 'ran and ended; processes of it live',
    });
    expect(row('never-ready.service')).toMatchObject({
      state: 'running',
      reason: 'activating (start); processes of it live',
    });
  });

  it('charges every process to the unit of the system’s own manager', () => {
    expect(row('engine.service')?.pssBytes).toBeGreaterThan(30 * MIB);
    expect(row('user@0.service')?.pssBytes).toBeGreaterThan(20 * MIB);
    expect(row('dbus.service')?.pssBytes).toBeLessThan(20 * MIB);
    expect(row('backup.service')?.pssBytes).toBeLessThan(10 * MIB);
  });

  it('has sums that are the sums of their rows', () => {
    const pssBytes = rows().reduce((sum, one) => sum + (one.pssBytes ?? 0), 0);
    expect(value('services.pss')).toBe(pssBytes);
    expect(value('services.running')).toBe(rows().filter((one) => one.pssBytes !== undefined).length);
  });
});

describe('an image without D-Bus, with a full /run, in which something kills the agent', () => {
  const IMAGE = 'test-bare';
  const killAgent =
    'until pid=$(systemctl show --property=MainPID --value twinboot-agent.service); [ "$pid" != 0 ]; do sleep 0.1; done; ' +
    'sleep 1; kill -KILL $pid && exit 7';
  afterAll(() => removeImage(IMAGE));

  it('loses no figure but that of D-Bus', async () => {
    await layerImage(IMAGE, {
      'usr/local/bin/kill-agent': { program: `#!/bin/sh\n${killAgent}\n` },
      ...service('killer', 'ExecStart=/usr/local/bin/kill-agent'),
      ...service(
        'fill-run',
        'Type=oneshot',
        "ExecStart=/bin/sh -c 'mount -o remount,size=4M /run; dd if=/dev/zero of=/run/filled bs=1M || true'",
      ),
      [`${SYSTEM}/dbus.service`]: { to: '/dev/null' },
      [`${SYSTEM}/dbus.socket`]: { to: '/dev/null' },
    });
    const { exitCode, notes, record } = await bootOnce(IMAGE, '--runtime', 'nspawn');
    expect(exitCode, notes).toBe(0);
    const [startup, , services] = record.samples;
    expect(startup?.missing.filter(({ reason }) => !reason.startsWith('a container'))).toEqual([
      { metric: 'startup.dbus', reason: 'dbus.service never became active (masked)' },
    ]);
    expect(services?.missing).toEqual([]);
    const rows = ledgerSchema.parse(services?.details).services;
    expect(rows.find(({ service: unit }) => unit === 'killer.service')?.reason).toBe('result: exit-code');
  });
});

describe('an image that goes another way', () => {
  const KIOSK = '[Unit]\nRequires=basic.target\nAfter=basic.target\nAllowIsolate=yes\n';
  const images: string[] = [];

  async function bootTree(image: string, tree: Tree, ...options: string[]): Promise<Booted> {
    images.push(image);
    await layerImage(image, tree);
    return bootOnce(image, 'startup', ...options);
  }
  afterAll(async () => {
    for (const image of images) await removeImage(image);
  });

  const reasonFor = ({ record }: Booted, metric: string): string | undefined =>
    record.samples.flatMap(({ missing }) => missing).find((one) => one.metric === metric)?.reason;
  const errorsOf = ({ record }: Booted): (string | undefined)[] =>
    record.samples.map(({ error }) => error?.message);

  it('to a default target of its own is measured there', async () => {
    const booted = await bootTree(
      'test-kiosk',
      { [`${SYSTEM}/kiosk.target`]: KIOSK, [`${SYSTEM}/default.target`]: { to: 'kiosk.target' } },
      ...['--runtime', 'nspawn'],
    );
    expect(booted.exitCode, booted.notes).toBe(0);
    expect(booted.out).toContain('startup.ready');
    expect(reasonFor(booted, 'startup.multi-user')).toMatch(/^multi-user\.target/);
  });

  it('by an isolate while it boots is measured all the same', async () => {
    const booted = await bootTree(
      'test-isolate',
      {
        [`${SYSTEM}/kiosk.target`]: KIOSK,
        ...service('isolate', 'Type=oneshot', 'ExecStart=/bin/systemctl --no-block isolate kiosk.target'),
      },
      ...['--runtime', 'nspawn'],
    );
    expect(booted.exitCode, booted.notes).toBe(0);
    expect(booted.out).toContain('startup.ready');
  });

  it('into emergency mode says so at once, with what failed', async () => {
    const booted = await bootTree(
      'test-emergency',
      { 'etc/fstab': '/nope.img /opt auto loop 0 0\n' },
      ...['--runtime', 'nspawn'],
    );
    expect(booted.exitCode).toBe(4);
    expect(errorsOf(booted)).toEqual([
      expect.stringMatching(/^the boot ended in emergency or rescue mode: Failed to mount opt\.mount/),
    ]);
  });

  it('nowhere, for a start job that never ends, names its unit', async () => {
    const booted = await bootTree(
      'test-stuck',
      wanted('wait-for-licence.service', '[Service]', 'Type=oneshot', FOREVER),
      ...['--runtime', 'nspawn', '--timeout', '10'],
    );
    expect(booted.exitCode).toBe(4);
    expect(errorsOf(booted)).toEqual([
      expect.stringContaining('its boot waits for wait-for-licence.service'),
    ]);
  });

  it('once more from the beginning gives no ladder of two boots, though it shows no status', async () => {
    const once =
      "ExecStart=/bin/sh -c 'touch /var/lib/installed; sync; systemctl --no-block reboot; sleep 30'";
    const booted = await bootTree(
      'test-reboots-once',
      {
        ...wanted(
          'finish-install.service',
          '[Unit]',
          'ConditionPathExists=!/var/lib/installed',
          '[Service]',
          ...['Type=oneshot', once],
        ),
        'etc/systemd/system.conf.d/quiet.conf': '[Manager]\nShowStatus=no\n',
      },
      ...['--runtime', 'lxc', '--runtime', 'nspawn'],
    );
    expect(reasonFor(booted, 'startup.ready')).toBe(
      'the distribution started 2 times before it was ready: a boot of it is no single boot',
    );
    expect(errorsOf(booted)).toContainEqual(expect.stringContaining('before it was ready (exit 133)'));
  });
});
