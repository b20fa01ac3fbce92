import { describe, expect, it } from 'vitest';
import { GIB } from '../../../core/units.ts';
import { emulatorIn } from '../../lab/emulator.ts';
import { defaultSettings, labsAtOnce, qemuArguments, requireDisk, requireMemory } from '../../lab/machine.ts';
import { readLabOptions } from '../../lab/options.ts';
import { labId, labRecipe } from '../../lab/recipe.ts';
import { hostOf, partsOf, testsCommand } from '../../lab/tests.ts';

function read(...words: string[]) {
  const notes: string[] = [];
  const io = { out: (text: string) => void notes.push(text), note: (text: string) => void notes.push(text) };
  try {
    return { options: readLabOptions(words, io), notes };
  } catch (error) {
    return { error: error as Error, notes };
  }
}

describe('npm run lab', () => {
  it('takes what follows for one shell command, its own options included', () => {
    expect(read('uname', '-a').options).toMatchObject({
      task: { kind: 'command', command: 'uname -a' },
      settings: defaultSettings,
      keep: false,
    });
  });

  it('without a command only boots, which --keep makes useful', () => {
    expect(read('--keep').options).toMatchObject({ task: { kind: 'nothing' }, keep: true });
  });

  it('opens a shell, or runs the tests', () => {
    expect(read('--shell').options?.task).toEqual({ kind: 'shell' });
    expect(read('--tests', '--smoke').options?.task).toEqual({ kind: 'tests', smoke: true, filter: '' });
  });

  it.each([
    [['--memory', '1G'], '2G or more'],
    [['--memory', 'much'], '2G or more'],
    [['--cgroups', 'v3'], 'v2, hybrid, v1'],
    [['--shel'], '--shell'],
    [[], 'nothing to do'],
    [['--fetch', '/etc/os-release'], 'nothing to do'],
    [['--shell', '--tests'], 'one of --shell and --tests'],
    [['--shell', 'uname'], 'one of a command and --shell'],
    [['--filter', 'podman', '--keep'], 'go with --tests'],
  ])('refuses %j', (words, said) => {
    const { error, notes } = read(...words);
    expect(error).toBeDefined();
    expect(notes.join('\n')).toContain(said);
  });
});

describe('a host that is too small for a lab', () => {
  it('is told how much memory it takes', () => {
    expect(() => requireMemory({ ...defaultSettings, memoryBytes: 2 ** 50 })).toThrow(
      /takes .*GiB.* available/,
    );
  });

  it('is told how much it may write', async () => {
    await expect(requireDisk('/proc')).rejects.toThrow('may write 4.00 GiB, and /proc has 0 B free');
  });
});

it.each([
  [2, 23, 2],
  [2, 18, 1],
  [1, 64, 1],
  [8, 64, 6],
  [8, 4, 1],
])('on %i CPUs with %i GiB available, %i labs are up at once', (cpus, gib, labs) => {
  expect(labsAtOnce(defaultSettings, { cpus, availableBytes: gib * GIB })).toBe(labs);
});

describe('the lab host', () => {
  it('has every package that twinboot can use, and another place where its recipe is another', () => {
    const recipe = labRecipe();
    for (const name of [
      'systemd-container',
      'lxc',
      'podman',
      'crun',
      'runc',
      'qemu-system-x86',
      'ovmf',
      'smem',
    ])
      expect(recipe.packages).toContain(name);
    expect(labId(recipe)).toMatch(/^[0-9a-f]{16}$/);
    expect(labId({ ...recipe, suite: 'forky' })).not.toBe(labId(recipe));
  });

  it('is booted under TCG, writes to no disk, and is reached through the loopback device alone', () => {
    const files = { disk: '/lab/disk', kernel: '/lab/vmlinuz', initrd: '/lab/initrd', key: '/lab/key' };
    const image = { emulator: emulatorIn('/lab/emulator'), ...files, hypervisor: '/lab/xen' };
    const handedOver = { tree: '/work/tree', cache: '/work/cache' };
    const words = qemuArguments(image, handedOver, { ...defaultSettings, memoryBytes: 4 * GIB }, 4711);
    expect(words).toContain('tcg,thread=multi,tb-size=1024');
    expect(words).toContain('4096M');
    const drives = words.filter((word) => word.startsWith('file='));
    expect(drives).toHaveLength(3);
    for (const drive of drives) expect(drive).toContain('snapshot=on');
    expect(words).toContain('user,restrict=on,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:4711-:22');
  });

  const short = {
    ...{ emulator: emulatorIn('e'), disk: 'd', key: 'y' },
    ...{ kernel: '/a,b', initrd: '/i', hypervisor: '/xen' },
  };

  it('of Xen is a multiboot of the hypervisor with dom0’s kernel and initrd', () => {
    const words = qemuArguments(short, { tree: 't', cache: 'c' }, { ...defaultSettings, host: 'xen' }, 1);
    expect(words[words.indexOf('-kernel') + 1]).toBe('/xen');
    expect(words[words.indexOf('-initrd') + 1]).toMatch(/^\/a,,b root=\/dev\/vda .*console=hvc0,\/i$/);
    expect(words[words.indexOf('-append') + 1]).toContain('dom0_mem=');
  });

  it('can be told of other control groups', () => {
    const append = (cgroups: 'v1' | 'v2' | 'hybrid'): string => {
      const words = qemuArguments(short, { tree: 't', cache: 'c' }, { ...defaultSettings, cgroups }, 1);
      return words[words.indexOf('-append') + 1] ?? '';
    };
    expect(append('v2')).not.toContain('unified');
    expect(append('v1')).toContain('systemd.legacy_systemd_cgroup_controller=yes');
    expect(append('hybrid')).toContain('systemd.legacy_systemd_cgroup_controller=no');
  });
});

describe('the tests', () => {
  it('are in parts, a lab for each, what takes longest first', () => {
    const parts = partsOf({ smoke: false });
    expect(parts.slice(0, 2)).toEqual(['fleets-and-verdicts', 'xen']);
    expect(parts.filter((part) => hostOf(part) === 'xen')).toEqual(['xen']);
    expect(parts).toEqual(expect.arrayContaining(['containers', 'smoke', 'hostile-image']));
    expect(partsOf({ smoke: true })).toEqual(['smoke']);
  });

  it('are chosen by a pattern that the shell does not read', () => {
    expect(testsCommand('machines', "the VM's")).toContain(
      String.raw`test/lab/machines.test.ts --testNamePattern 'the VM'\''s'`,
    );
  });
});
