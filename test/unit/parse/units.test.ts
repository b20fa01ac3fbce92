import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../core/random.ts';
import { limits } from '../../../harness/parse/answer-limits.ts';
import {
  doneStarting,
  lastBefore,
  parseUnitFiles,
  parseUnits,
  unitNamed,
} from '../../../harness/parse/units.ts';
import { capturedLines, type Source } from '../../fixtures/guest/captured.ts';

describe('units that were captured', () => {
  it.each<[Source, number, number]>([
    ['nspawn', 8, 38],
    ['qemu', 12, 38],
  ])('%s: 126 units, %i of them running, %i targets (by grep -c)', (source, running, targets) => {
    const { units } = parseUnits(capturedLines(source, 'units.txt'));
    const all = [...units.values()];
    expect(all).toHaveLength(126);
    expect(all.filter(({ subState }) => subState === 'running')).toHaveLength(running);
    expect(all.filter(({ id }) => id.endsWith('.target'))).toHaveLength(targets);
    expect(all.filter(({ loadState }) => loadState === 'not-found')).toHaveLength(10);
    for (const { id } of all) expect(id).toMatch(/\.(service|target|socket)$/);
  });

  it('the manager’s own milestones: microseconds of the guest’s clock as ms', () => {
    expect(parseUnits(capturedLines('qemu', 'units.txt')).manager).toEqual({
      version: '257.13-1~deb13u1',
      userspaceMs: 9995.918,
      finishedMs: 25_987.586,
    });
  });

  it('udev in a VM: its start, and CPU time that the manager counted', () => {
    expect(parseUnits(capturedLines('qemu', 'units.txt')).units.get('systemd-udevd.service')).toEqual({
      id: 'systemd-udevd.service',
      names: ['systemd-udevd.service'],
      description: 'Rule-based Manager for Device Events and Files',
      loadState: 'loaded',
      activeState: 'active',
      subState: 'running',
      unitFileState: 'static',
      result: 'success',
      type: 'notify-reload',
      conditionMet: true,
      conditionChecked: true,
      startedMs: 21_078.262,
      activeMs: 22_091.825,
      endedMs: undefined,
      restarts: 0,
      after: [],
      requires: [],
      askedForBy: [],
      cpuMs: 12_978.524,
    });
  });

  it('udev in a container: its condition was looked at and not met; "[not set]" is no CPU time', () => {
    expect(parseUnits(capturedLines('nspawn', 'units.txt')).units.get('systemd-udevd.service')).toMatchObject(
      {
        activeState: 'inactive',
        conditionMet: false,
        conditionChecked: true,
        startedMs: undefined,
        activeMs: undefined,
        cpuMs: undefined,
      },
    );
  });

  it.each<[Source, Record<string, number>]>([
    ['nspawn', { alias: 8, disabled: 17, enabled: 3, 'enabled-runtime': 2, masked: 4, static: 90 }],
    [
      'qemu',
      { alias: 8, disabled: 17, enabled: 3, 'enabled-runtime': 1, indirect: 1, masked: 4, static: 90 },
    ],
  ])('unit files of %s by state (by awk and uniq -c)', (source, counts) => {
    const states = [...parseUnitFiles(capturedLines(source, 'unit-files.txt')).values()];
    const counted = Object.fromEntries(
      [...new Set(states)].map((s) => [s, states.filter((x) => x === s).length]),
    );
    expect(counted).toEqual(counts);
  });
});

describe('what a guest may send instead', () => {
  it.each([
    ['18446744073709551615', 'systemd’s word for unknown'],
    ['-1', 'negative'],
    ['1e3', 'no whole number'],
    ['0x10', 'hexadecimal'],
    ['', 'empty'],
    ['0', 'systemd’s word for never'],
    ['12\u001B[0m', 'coloured'],
  ])('a time of %j (%s) is none', (text) => {
    const { units, manager } = parseUnits([
      'Id=manager',
      `UserspaceTimestampMonotonic=${text}`,
      '',
      'Id=a.service',
      `ActiveEnterTimestampMonotonic=${text}`,
    ]);
    expect(manager.userspaceMs).toBeUndefined();
    expect(units.get('a.service')?.activeMs).toBeUndefined();
  });

  it('a block without an Id, a line without "=", and one that begins with it are passed over', () => {
    const { units } = parseUnits([
      'Type=oneshot',
      '',
      'noise',
      '=x',
      'Id=a.service',
      'ActiveState=active',
      '',
      '',
      '',
    ]);
    expect([...units.keys()]).toEqual(['a.service']);
    expect(units.get('a.service')?.activeState).toBe('active');
  });

  it('an answer that is cut off keeps what it has; the rest of the unit is empty', () => {
    const whole = capturedLines('qemu', 'units.txt');
    const cut = parseUnits(whole.slice(0, 13).concat('InactiveExitTimest'));
    expect([...cut.units.keys()]).toEqual(['initrd-fs.target']);
    expect(cut.units.get('initrd-fs.target')).toMatchObject({ startedMs: undefined, conditionMet: false });
  });

  it.each(['__proto__', 'constructor', 'toString'])(
    'a unit or a property called %s is a name as any other',
    (name) => {
      const { units } = parseUnits([`Id=${name}`, `${name}=polluted`, 'Description=a=b = c']);
      expect([...units.keys()]).toEqual([name]);
      expect(units.get(name)?.description).toBe('a=b = c');
      expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
      expect(parseUnitFiles([`${name}.service static -`]).get(`${name}.service`)).toBe('static');
    },
  );

  it('nothing at all: no unit, and no milestone', () => {
    expect(parseUnits([])).toEqual({
      manager: { version: '', userspaceMs: undefined, finishedMs: undefined },
      units: new Map(),
    });
  });

  it('unit files: what is no service, or has no state, is passed over', () => {
    const lines = [
      'a.socket static -',
      'b.service',
      '',
      '   c.service   masked  enabled',
      'd.service\tstatic',
    ];
    expect([...parseUnitFiles(lines)]).toEqual([
      ['c.service', 'masked'],
      ['d.service', 'static'],
    ]);
  });
});

describe('a unit with several names', () => {
  const { units } = parseUnits([
    'Id=dbus-broker.service',
    'Names=dbus.service dbus-broker.service',
    'ActiveEnterTimestampMonotonic=5000',
  ]);

  it('is found by each of them', () => {
    expect(units.get('dbus-broker.service')?.names).toEqual(['dbus-broker.service', 'dbus.service']);
    expect(unitNamed({ units }, 'dbus.service')).toMatchObject({ id: 'dbus-broker.service', activeMs: 5 });
    expect(unitNamed({ units }, 'dbus')).toBeUndefined();
  });
});

describe('what a target waited for', () => {
  const at = (id: string, startMs: number, fields: Record<string, number>, more: string[] = []): string[] => [
    `Id=${id}`,
    `InactiveExitTimestampMonotonic=${startMs * 1000}`,
    ...Object.entries(fields).map(([name, ms]) => `${name}EnterTimestampMonotonic=${ms * 1000}`),
    ...more,
    '',
  ];
  const lines = [
    ...at('quick.service', 100, { Active: 200 }),
    ...at('slow-failure.service', 150, { Inactive: 8150 }),
    ...at('slow-once.service', 150, { Inactive: 6150 }),
    ...at('later.service', 150, { Active: 9000 }),
    ...at('unordered.service', 150, { Active: 8200 }),
    ...at('multi-user.target', 8160, { Active: 8160 }, [
      'After=quick.service slow-failure.service slow-once.service later.service gone.service',
    ]),
  ];

  it('is the last of those before it whose start was over, though it failed', () => {
    expect(lastBefore(parseUnits(lines), 'multi-user.target')).toEqual({
      unit: 'slow-failure.service',
      durationMs: 8000,
    });
  });

  it('where none came up just before, is the one that had to stop', () => {
    const stopping = [
      ...at('quick.service', 100, { Active: 200 }),
      ...at('stubborn.service', 100, { Active: 150, Inactive: 8150 }),
      ...at('ended-early.service', 100, { Active: 150, Inactive: 300 }),
      ...at('multi-user.target', 8160, { Active: 8160 }, [
        'After=quick.service stubborn.service ended-early.service',
      ]),
    ];
    expect(lastBefore(parseUnits(stopping), 'multi-user.target')).toEqual({
      unit: 'stubborn.service',
      durationMs: 8050,
    });
  });

  it('is not known where the target is not active, or its order was not asked for', () => {
    expect(lastBefore(parseUnits(lines), 'kiosk.target')).toBeUndefined();
    expect(
      lastBefore(parseUnits(lines.filter((line) => !line.startsWith('After='))), 'multi-user.target'),
    ).toBeUndefined();
  });

  it('a start is over when the unit is active, or when it ended without having been so', () => {
    const { units } = parseUnits(lines);
    const done = (id: string): number | undefined => {
      const unit = units.get(id);
      return unit && doneStarting(unit);
    };
    expect(['quick', 'slow-failure', 'slow-once'].map((name) => done(`${name}.service`))).toEqual([
      200, 8150, 6150,
    ]);
  });
});

describe('an answer that is too much', () => {
  const block = (id: number, rest: string[] = []): string[] => [`Id=unit-${id}.service`, ...rest, ''];
  const blocks = (count: number, rest: string[] = []): string[] =>
    Array.from({ length: count }, (_, id) => block(id, rest)).flat();

  it('has more units than the limit: none of them is taken for all', () => {
    expect(parseUnits(blocks(limits.items)).units.size).toBe(limits.items);
    expect(() => parseUnits(blocks(limits.items + 1))).toThrow('more than 10000 units');
  });

  it('has more names in lists than the limit, in one unit or in all', () => {
    const one = block(0, [`After=${'a '.repeat(limits.words)}`]);
    expect(() => parseUnits(one)).toThrow('more than 200000 names in lists');
    const each = [`WantedBy=${'a '.repeat(99)}`, `Requires=${'b '.repeat(101)}`];
    expect(() => parseUnits(blocks(1000, each))).toThrow('more than 200000 names in lists');
  });

  it('has more unit files than the limit', () => {
    const files = Array.from({ length: limits.items + 1 }, (_, id) => `unit-${id}.service masked`);
    expect(parseUnitFiles(files.slice(1)).size).toBe(limits.items);
    expect(() => parseUnitFiles(files)).toThrow('more than 10000 unit files');
  });

  it('is read no further than the limit, however long it is', () => {
    let read = 0;
    const lines = {
      *[Symbol.iterator]() {
        for (; ; read += 1) yield read % 2 === 0 ? `Id=unit-${read}.service` : '';
      },
    } as unknown as string[];
    expect(() => parseUnits(lines)).toThrow('more than 10000 units');
    expect(read).toBeLessThan(2 * limits.items + 3);
  });

  it('never makes more than the limits, whatever it says', () => {
    const random = createRandom(13);
    for (let trial = 0; trial < 50; trial += 1) {
      const ids = 1 + random.below(20_000);
      const lines = Array.from({ length: random.below(60_000) }, () => {
        const kind = random.below(4);
        if (kind === 0) return '';
        if (kind === 1) return `Id=${random.below(ids)}.service`;
        return `${kind === 2 ? 'After' : 'Other'}=${'word '.repeat(random.below(20))}`;
      });
      const report = tried(() => parseUnits(lines));
      const units = [...(report?.units.values() ?? [])];
      expect(units.length).toBeLessThanOrEqual(limits.items);
      const words = units.reduce(
        (sum, { after, requires, askedForBy }) => sum + [after, requires, askedForBy].flat().length,
        0,
      );
      expect(words).toBeLessThanOrEqual(limits.words);
    }
  });

  /** `undefined` where it is refused in the one way that an answer may be. */
  function tried<T>(make: () => T): T | undefined {
    try {
      return make();
    } catch (error) {
      expect(error).toMatchObject({ code: 'agent-answer-too-long' });
      return undefined;
    }
  }
});
