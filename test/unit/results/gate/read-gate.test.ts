import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TwinbootError } from '../../../../core/error.ts';
import { parseGate, readGate } from '../../../../results/gate/read-gate.ts';
import { known } from './known.ts';

const parse = (text: string) => parseGate(text, '/project/twinboot.yaml', known);

/** What is said of a file that cannot be meant. */
function fault(text: string): string {
  try {
    parseGate(text, 'twinboot.yaml', known);
  } catch (error) {
    if (!(error instanceof TwinbootError)) throw error;
    expect(error.code).toBe('bad-gate-file');
    expect(error.exitCode).toBe(2);
    return error.message;
  }
  throw new Error('it was taken');
}

describe('a good file', () => {
  it('says what to run and what must hold; limits with their units', () => {
    const gate = parse(`
# yaml-language-server: $schema=node_modules/twinboot/results/schema/gate-1.schema.json
image: trixie
runtimes: [nspawn, qemu]
scenarios: [startup, memory, services]
rounds: 20
memory: 512M
timeout: 3 min
baseline: ci/baselines
alpha: 1%
metrics:
  startup.ready:
    max: 2 s
    regression: 10%
    vm/container: { max: 12 }
  memory.total:
    nspawn: { max: 64 MiB }
    qemu: { max: 600 MiB, regression: 2.5% }
  services.running: { max: 12, min: 3 }
services:
  forbid-failed: true
  container: { forbid: [systemd-udevd], require: [dbus] }
max-image-size: 400 MiB
forbid-changes: [service-appeared]
`);
    expect(gate).toMatchInlineSnapshot(`
      {
        "alpha": 0.01,
        "baselines": "/project/ci/baselines",
        "file": "/project/twinboot.yaml",
        "forbidChanges": [
          "service-appeared",
        ],
        "inconclusive": "pass",
        "maxFailedBoots": {
          "boots": 0,
        },
        "maxImageBytes": 419430400,
        "metrics": {
          "memory.total": {
            "everywhere": {
              "max": undefined,
              "min": undefined,
              "regression": undefined,
            },
            "under": {
              "nspawn": {
                "max": {
                  "text": "64 MiB",
                  "unit": "bytes",
                  "value": 67108864,
                },
              },
              "qemu": {
                "max": {
                  "text": "600 MiB",
                  "unit": "bytes",
                  "value": 629145600,
                },
                "regression": 0.025,
              },
            },
          },
          "services.running": {
            "everywhere": {
              "max": {
                "text": "12",
                "unit": "count",
                "value": 12,
              },
              "min": {
                "text": "3",
                "unit": "count",
                "value": 3,
              },
              "regression": undefined,
            },
            "under": {},
          },
          "startup.ready": {
            "everywhere": {
              "max": {
                "text": "2 s",
                "unit": "ms",
                "value": 2000,
              },
              "min": undefined,
              "regression": 0.1,
            },
            "under": {
              "vm/container": {
                "max": {
                  "text": "12",
                  "unit": "count",
                  "value": 12,
                },
              },
            },
          },
        },
        "run": {
          "image": "trixie",
          "memoryBytes": 536870912,
          "rounds": 20,
          "runtimes": [
            "nspawn",
            "qemu",
          ],
          "scenarios": [
            "startup",
            "memory",
            "services",
          ],
          "timeoutMs": 180000,
        },
        "runtimes": [
          {
            "id": "nspawn",
            "optional": false,
          },
          {
            "id": "qemu",
            "optional": false,
          },
        ],
        "services": {
          "everywhere": {
            "forbid": [],
            "forbid-failed": true,
            "require": [],
          },
          "under": {
            "container": {
              "forbid": [
                "systemd-udevd",
              ],
              "forbid-failed": false,
              "require": [
                "dbus",
              ],
            },
          },
        },
      }
    `);
  });

  it('may say nothing but one limit: the rest is as `twinboot run` has it', () => {
    const gate = parse('metrics: { startup.ready: { max: 2s } }');
    expect(gate.run).toEqual({});
    expect(gate.runtimes).toBeUndefined();
    expect(gate).toMatchObject({
      baselines: '/project/.twinboot/baselines',
      alpha: 0.05,
      inconclusive: 'pass',
      maxFailedBoots: { boots: 0 },
    });
  });

  it.each([
    ['500 ms', 500],
    ['2s', 2000],
    ['1.5 min', 90_000],
  ])('reads the time %s', (text, ms) => {
    const { metrics } = parse(`metrics: { startup.ready: { max: ${text} } }`);
    expect(metrics['startup.ready']?.everywhere.max).toEqual({ value: ms, unit: 'ms', text });
  });

  it.each([
    ['64 MiB', 64 * 1024 ** 2],
    ['512M', 512 * 1024 ** 2],
    ['1.5GiB', 1.5 * 1024 ** 3],
    ['900 B', 900],
  ])('reads the size %s', (text, bytes) => {
    const { metrics } = parse(`metrics: { memory.total: { max: ${text} } }`);
    expect(metrics['memory.total']?.everywhere.max).toEqual({ value: bytes, unit: 'bytes', text });
  });

  it('takes a pair of runtimes with or without spaces, and any runtime where the file lists none', () => {
    const pairs =
      'metrics: { startup.ready: { qemu/nspawn: { max: 9 }, "qemu:machine=pc / lxc": { max: 9 } } }';
    expect(Object.keys(parse(pairs).metrics['startup.ready']?.under ?? {})).toEqual([
      'qemu/nspawn',
      'qemu:machine=pc / lxc',
    ]);
  });

  it('may name a preset, of which a host leaves out what it cannot run', () => {
    expect(parse('runtimes: [all]').runtimes?.every(({ optional }) => optional)).toBe(true);
  });
});

describe('a file with a fault says where and what', () => {
  it('an unknown key', () => {
    expect(fault('roundz: 20')).toMatchInlineSnapshot(
      `"twinboot.yaml:1:1: unknown key "roundz"; did you mean "rounds"?"`,
    );
  });

  it('an unknown metric', () => {
    expect(fault('metrics:\n  startup.redy: { max: 2 s }')).toMatchInlineSnapshot(
      `"twinboot.yaml:2:3: unknown metric "startup.redy"; did you mean "startup.ready"?"`,
    );
  });

  it('an unknown scenario', () => {
    expect(fault('scenarios: [startup, memmory]')).toMatchInlineSnapshot(
      `"twinboot.yaml:1:22: unknown scenario "memmory"; did you mean "memory"?"`,
    );
  });

  it('an unknown runtime', () => {
    expect(fault('runtimes:\n  - nspawn\n  - quemu')).toMatchInlineSnapshot(
      `"twinboot.yaml:3:5: unknown runtime "quemu"; did you mean "qemu"? Known: nspawn, qemu, qemu:machine=pc, lxc"`,
    );
  });

  it('a runtime given twice', () => {
    expect(fault('runtimes: [qemu, all]')).toMatchInlineSnapshot(
      `"twinboot.yaml:1:18: runtime qemu is given twice"`,
    );
  });

  it('a misspelt limit', () => {
    expect(fault('metrics:\n  startup.ready:\n    maxx: 2 s')).toMatchInlineSnapshot(
      `"twinboot.yaml:3:5: "maxx" is none of max, min, regression, and as a runtime it needs those under it; did you mean "max"?"`,
    );
  });

  it('a misspelt limit under a runtime', () => {
    expect(fault('metrics: { startup.ready: { qemu: { maximum: 2 s } } }')).toMatchInlineSnapshot(
      `"twinboot.yaml:1:37: unknown key "maximum"; known: max, min, regression"`,
    );
  });

  it('limits of a runtime that the file does not run', () => {
    expect(
      fault('runtimes: [nspawn]\nmetrics:\n  startup.ready:\n    nspwan: { max: 2 s }'),
    ).toMatchInlineSnapshot(
      `"twinboot.yaml:4:5: "nspwan" is no runtime of this gate; did you mean "nspawn"?"`,
    );
  });

  it('a pair with a runtime that the file does not run', () => {
    expect(
      fault('runtimes: [nspawn, qemu]\nmetrics: { startup.ready: { qemu/lxc: { max: 2 } } }'),
    ).toMatchInlineSnapshot(
      `"twinboot.yaml:2:29: "qemu/lxc" is no runtime of this gate; known: container, vm, vm/container, nspawn, qemu"`,
    );
  });

  it('a limit without a unit', () => {
    expect(fault('metrics: { startup.ready: { max: 2000 } }')).toMatchInlineSnapshot(
      `"twinboot.yaml:1:34: startup.ready is limited by a time, such as 500 ms or 2 s; found 2000"`,
    );
  });

  it('a limit of another unit', () => {
    expect(fault('metrics: { memory.total: { qemu: { max: 2 s } } }')).toMatchInlineSnapshot(
      `"twinboot.yaml:1:41: memory.total of qemu is limited by a size, such as 64 MiB or 512M; found 2 s"`,
    );
  });

  it('a ratio with a unit', () => {
    expect(fault('metrics: { startup.ready: { vm/container: { max: 2 s } } }')).toMatchInlineSnapshot(
      `"twinboot.yaml:1:50: startup.ready of vm/container is limited by a number without a unit, such as 2.5; found 2 s"`,
    );
  });

  it.each(['two seconds', '2 sec', '-1 s', '"1e3 ms"', '-3', '.nan', '.inf', 'true', '[2 s]'])(
    'no limit at all: %s',
    (text) => {
      expect(fault(`metrics: { startup.ready: { max: ${text} } }`)).toMatch(
        /^twinboot\.yaml:1:\d+: (metrics\.startup\.ready\.max: write a time|startup\.ready is limited by|unknown key)/,
      );
    },
  );

  it('a limit that is left out', () => {
    expect(fault('metrics:\n  startup.ready:\n    max:')).toMatchInlineSnapshot(
      `"twinboot.yaml:3:5: metrics.startup.ready.max: write a time (500 ms, 2 s), a size (64 MiB) or a plain number (12); found null"`,
    );
  });

  it('a metric without limits', () => {
    expect(fault('metrics:\n  startup.ready: {}')).toMatchInlineSnapshot(
      `"twinboot.yaml:2:3: startup.ready has no limit: give it a max, a min or a regression"`,
    );
  });

  it('a metric with nothing after it', () => {
    expect(fault('metrics:\n  startup.ready:')).toMatchInlineSnapshot(
      `"twinboot.yaml:2:3: metrics.startup.ready: write max, min or regression under it; found null"`,
    );
  });

  it('a regression that is no percentage', () => {
    expect(fault('metrics: { startup.ready: { regression: 0.1 } }')).toMatchInlineSnapshot(
      `"twinboot.yaml:1:41: metrics.startup.ready.regression: write a percentage above 0, such as 10%; found 0.1"`,
    );
  });

  it('a regression of nothing', () => {
    expect(fault('metrics: { startup.ready: { regression: 0% } }')).toMatchInlineSnapshot(
      `"twinboot.yaml:1:41: metrics.startup.ready.regression: write a percentage above 0, such as 10%; found "0%""`,
    );
  });

  it('a metric whose scenario is not run', () => {
    expect(fault('scenarios: [startup]\nmetrics: { memory.total: { max: 1G } }')).toMatchInlineSnapshot(
      `"twinboot.yaml:2:12: memory.total is measured by the scenario memory, which \`scenarios\` leaves out"`,
    );
  });

  it('service rules without the scenario', () => {
    expect(fault('scenarios: [startup]\nservices: { forbid-failed: true }')).toMatchInlineSnapshot(
      `"twinboot.yaml:2:1: rules for services need the scenario services, which \`scenarios\` leaves out"`,
    );
  });

  it('a misspelt service rule', () => {
    expect(fault('services: { container: { forbidden: [udev] } }')).toMatchInlineSnapshot(
      `"twinboot.yaml:1:26: unknown key "forbidden"; known: forbid, require, forbid-failed"`,
    );
  });

  it('a misspelt service rule for every runtime', () => {
    expect(fault('services: { requires: [dbus] }')).toMatchInlineSnapshot(
      `"twinboot.yaml:1:13: "requires" is none of forbid, require, forbid-failed, and as a runtime it needs those under it; did you mean "require"?"`,
    );
  });

  it('service rules of a kind that is none', () => {
    expect(fault('services: { containers: { forbid: [udev] } }')).toMatchInlineSnapshot(
      `"twinboot.yaml:1:13: "containers" is no runtime of this gate; did you mean "container"?"`,
    );
  });

  it('a change that is none', () => {
    expect(fault('forbid-changes: [service-apeared]')).toMatchInlineSnapshot(
      `"twinboot.yaml:1:18: forbid-changes.0: unknown "service-apeared"; did you mean "service-appeared"?"`,
    );
  });

  it('rounds out of range', () => {
    expect(fault('rounds: 0')).toMatchInlineSnapshot(
      `"twinboot.yaml:1:9: rounds: Too small: expected number to be >=1; found 0"`,
    );
  });

  it('the same metric twice', () => {
    expect(
      fault('metrics:\n  startup.ready: { max: 2 s }\n  startup.ready: { max: 3 s }'),
    ).toMatchInlineSnapshot(`"twinboot.yaml:3:3: Map keys must be unique"`);
  });

  it('no YAML', () => {
    expect(fault('metrics: { startup.ready: { max: 2 s }')).toMatchInlineSnapshot(
      `"twinboot.yaml:1:39: Flow map in block collection must be sufficiently indented and end with a }"`,
    );
  });

  it('an unknown tag', () => {
    expect(fault('rounds: !!js/function "x"')).toMatchInlineSnapshot(
      `"twinboot.yaml:1:9: Unresolved tag: tag:yaml.org,2002:js/function"`,
    );
  });

  it('more levels than anybody means', () => {
    expect(fault('- '.repeat(20_000))).toBe('twinboot.yaml: more than 100 levels lie within each other');
  });

  it('aliases that multiply', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (const [name, before] of [
      ['b', 'a'],
      ['c', 'b'],
      ['d', 'c'],
      ['e', 'd'],
    ] as const) {
      bomb.push(`${name}: &${name} [${Array(10).fill(`*${before}`).join(', ')}]`);
    }
    expect(fault(bomb.join('\n'))).toMatchInlineSnapshot(
      `"twinboot.yaml: Excessive alias count indicates a resource exhaustion attack"`,
    );
  });

  it.each(['', '# nothing', 'rounds', '- rounds: 3', '3'])('no list of keys: %j', (text) => {
    expect(fault(text)).toMatch(/^twinboot\.yaml:1:1: a gate is a list of keys and values/);
  });

  it('several faults at once', () => {
    expect(fault('roundz: 20\nwarmup: -1\nmetrics:\n  startup.ready: { max: fast }')).toMatchInlineSnapshot(`
      "twinboot.yaml has 3 faults:
        twinboot.yaml:1:1: unknown key "roundz"; did you mean "rounds"?
        twinboot.yaml:2:9: warmup: Too small: expected number to be >=0; found -1
        twinboot.yaml:4:25: metrics.startup.ready.max: write a time (500 ms, 2 s), a size (64 MiB) or a plain number (12); found "fast""
    `);
  });
});

describe('a file that cannot be read', () => {
  async function failure(path: string): Promise<string> {
    const error: unknown = await readGate(path, known).catch((thrown: unknown) => thrown);
    if (!(error instanceof TwinbootError)) throw new Error('it was read', { cause: error });
    return `${error.code}: ${error.message}\nhint: ${error.hint ?? 'none'}`;
  }

  it('is not there', async () => {
    expect(await failure('nowhere/twinboot.yaml')).toMatchInlineSnapshot(`
      "no-gate-file: there is no nowhere/twinboot.yaml
      hint: a gate can be as short as: metrics: { startup.ready: { max: 2 s } }"
    `);
  });

  it('is a folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'twinboot-gate-'));
    expect((await failure(folder)).replaceAll(folder, 'FOLDER')).toMatchInlineSnapshot(`
      "unreadable-gate-file: cannot read FOLDER: EISDIR: illegal operation on a directory, read
      hint: none"
    `);
    await rm(folder, { recursive: true });
  });

  it('has baselines behind a link, which could lead anywhere', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'twinboot-gate-'));
    await writeFile(join(folder, 'twinboot.yaml'), 'rounds: 7\n');
    await symlink('/etc', join(folder, '.twinboot'));
    expect((await failure(join(folder, 'twinboot.yaml'))).replaceAll(folder, 'FOLDER')).toMatch(
      /^link-in-the-way: FOLDER\/\.twinboot is a link/,
    );
    await rm(folder, { recursive: true });
  });

  it.each(['../../../../etc', '/etc', 'here/../../there'])(
    'has baselines outside of its folder: %s',
    (path) => {
      expect(fault(`baseline: ${path}`)).toContain("write a folder below this file's own");
    },
  );

  it('is found and read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'twinboot-gate-'));
    await writeFile(join(folder, 'twinboot.yaml'), 'rounds: 7\n');
    const gate = await readGate(join(folder, 'twinboot.yaml'), known);
    expect(gate.run).toEqual({ rounds: 7 });
    expect(gate.baselines).toBe(join(folder, '.twinboot/baselines'));
    await rm(folder, { recursive: true });
  });
});
