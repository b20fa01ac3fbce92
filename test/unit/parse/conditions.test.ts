import { describe, expect, it } from 'vitest';
import { busLabel, isUnitName, parseConditions, parseStatus } from '../../../harness/parse/conditions.ts';
import { capturedLines } from '../../fixtures/guest/captured.ts';

describe('conditions that were captured', () => {
  it('a container: /sys is not writable, so udev does not start', () => {
    expect(Object.fromEntries(parseConditions(capturedLines('nspawn', 'conditions.txt')))).toEqual({
      systemd_2dudevd_2eservice: ['ConditionPathIsReadWrite=/sys'],
      ldconfig_2eservice: ['ConditionFileNotEmpty=|!/etc/ld.so.cache', 'ConditionNeedsUpdate=|/etc'],
      systemd_2dfirstboot_2eservice: ['ConditionFirstBoot=yes'],
    });
  });

  it('a VM: udev’s condition held, so there is nothing to blame', () => {
    expect([...parseConditions(capturedLines('qemu', 'conditions.txt')).keys()]).toEqual([
      'ldconfig_2eservice',
      'systemd_2dfirstboot_2eservice',
    ]);
  });
});

/** systemd 257 in a container, captured; shortened. */
const status = `Unit systemd-repart.service could not be found.
* systemd-udevd.service - Rule-based Manager for Device Events and Files
     Loaded: loaded (/usr/lib/systemd/system/systemd-udevd.service; static)
    Drop-In: /usr/lib/systemd/system/systemd-udevd.service.d
             \`-syscall-architecture.conf
     Active: inactive (dead)
TriggeredBy: * systemd-udevd-control.socket
             * systemd-udevd-kernel.socket
  Condition: start condition unmet at Wed 2026-11-25 07:15:33 UTC; 440ms ago
             \`- ConditionPathIsReadWrite=/sys was not met
       Docs: man:systemd-udevd.service(8)
             man:udev(7)

* ldconfig.service - Rebuild Dynamic Linker Cache
     Active: inactive (dead)
  Condition: start condition unmet at Wed 2026-11-25 07:15:33 UTC; 376ms ago
             |- ConditionNeedsUpdate=|/etc was not met
             \`- ConditionFileNotEmpty=|!/etc/ld.so.cache was not met
       Docs: man:ldconfig(8)

* systemd-hwdb-update.service - Rebuild Hardware Database
  Condition: start condition unmet at Wed 2026-11-25 07:20:20 UTC; 968ms ago
             |- ConditionNeedsUpdate=/etc was not met
             |- ConditionPathExists=|!/usr/lib/udev/hwdb.bin was not met

* dbus.service - D-Bus System Message Bus
     Active: active (running) since Wed 2026-11-25 07:15:33 UTC; 376ms ago
`.split('\n');

describe('what systemctl status says of conditions', () => {
  it('is what the bus says, in its order', () => {
    expect(Object.fromEntries(parseStatus(status))).toEqual({
      'systemd-udevd.service': ['ConditionPathIsReadWrite=/sys'],
      'ldconfig.service': ['ConditionFileNotEmpty=|!/etc/ld.so.cache', 'ConditionNeedsUpdate=|/etc'],
      'systemd-hwdb-update.service': ['ConditionNeedsUpdate=/etc'],
    });
  });

  it('is read in the words and with the tree of other versions and locales too', () => {
    const older = [
      '○ a.service - A',
      '  Condition: start condition failed at Mon 2026-01-05; 1s ago',
      '             └─ ConditionFirstBoot=yes was not met',
    ];
    expect(parseStatus(older).get('a.service')).toEqual(['ConditionFirstBoot=yes']);
  });

  it.each([
    ['a description', ['* a.service - `- ConditionA=1 was not met']],
    [
      'a tree below another label',
      ['* a.service - A', '    Drop-In: /x', '             `- ConditionA=1 was not met'],
    ],
    ['a line of no unit', ['  Condition: start condition unmet at x', '     `- ConditionA=1 was not met']],
    [
      'a tree after the next label',
      [
        ...['* a.service - A', '  Condition: start condition unmet at x', '       Docs: man:a(8)'],
        '             `- ConditionA=1 was not met',
      ],
    ],
  ])('is not %s', (_, lines) => {
    expect(parseStatus(lines).size).toBe(0);
  });

  it.each(['a b.service', '*.service', '--help;x', 'a$(b).service', ''])('is not asked of "%s"', (name) => {
    expect(isUnitName(name)).toBe(false);
  });

  it('is asked of every name that systemd allows', () => {
    for (const name of [
      'getty@tty1.service',
      String.raw`dev-disk-by\x2duuid.device`,
      '-.mount',
      'a:b_c.service',
    ])
      expect(isUnitName(name)).toBe(true);
  });
});

/** One condition as the bus gives it. */
type Sent = [type: string, trigger: boolean, negate: boolean, parameter: string, result: number];

function blamed(...conditions: Sent[]): string[] | undefined {
  return parseConditions([`a ${JSON.stringify({ data: conditions })}`]).get('a');
}

describe('which condition is to blame (systemd.unit(5))', () => {
  it('one plain condition that fails is enough', () => {
    expect(blamed(['ConditionA', false, false, '1', 1], ['ConditionB', false, true, '2', -1])).toEqual([
      'ConditionB=!2',
    ]);
  });

  it('of those with "|" it takes all', () => {
    expect(blamed(['ConditionA', true, false, '1', -1], ['ConditionB', true, false, '2', -1])).toEqual([
      'ConditionA=|1',
      'ConditionB=|2',
    ]);
    expect(blamed(['ConditionA', true, false, '1', -1], ['ConditionB', true, false, '2', 1])).toBeUndefined();
  });

  it('a plain one beside a failed "|", whose alternative was not looked at any more', () => {
    expect(
      blamed(
        ['ConditionA', true, false, '1', -1],
        ['ConditionB', false, false, '2', -1],
        ['ConditionC', true, false, '3', 0],
      ),
    ).toEqual(['ConditionB=2']);
  });
});

describe('what a guest may send instead', () => {
  it.each([
    'a',
    'a ',
    ' {"data":[]}',
    'a {"data":[]}',
    'a Failed to get property Conditions: Unknown object',
    'a {"data":[["ConditionA",false,false,"/sys"]]}',
    'a {"data":[["ConditionA",false,false,"/sys","-1"]]}',
    'a {"data":{"0":["ConditionA",false,false,"/sys",-1]}}',
    'a {"data":[["ConditionA",false,false,"/sys",-1]]',
    'a null',
    `a ${'['.repeat(60_000)}`,
  ])('%.60s: no reason is known', (line) => {
    expect(parseConditions([line]).size).toBe(0);
  });

  it('a label or a key called __proto__ is a name as any other', () => {
    const line = '__proto__ {"__proto__":{"x":1},"data":[["ConditionA",false,false,"1",-1]]}';
    expect([...parseConditions([line])]).toEqual([['__proto__', ['ConditionA=1']]]);
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  });
});

describe('the label of a unit on the bus', () => {
  it.each([
    ['systemd-udevd.service', 'systemd_2dudevd_2eservice'],
    ['getty@tty1.service', 'getty_40tty1_2eservice'],
    [String.raw`a\x2db_c.service`, '_5cx2db_5fc_2eservice'],
    ['9p.service', '_39p_2eservice'],
    ['é.service', '_c3_a9_2eservice'],
    ['a b\n;$(x).service', 'a_20b_0a_3b_24_28x_29_2eservice'],
  ])('%s: %s', (unit, label) => {
    expect(busLabel(unit)).toBe(unit.startsWith('a\\') ? `a${label}` : label);
  });
});
