import { describe, expect, it } from 'vitest';
import { TwinbootError } from '../../../core/error.ts';
import { MIB } from '../../../core/units.ts';
import { expandBraces, parseRuntimeSpec } from '../../../harness/runtimes/spec.ts';

describe('a runtime as it is typed', () => {
  it.each([
    ['nspawn', 'nspawn', {}],
    ['qemu:memory=256M,cpus=1', 'qemu:memory=256M,cpus=1', { memory: 256 * MIB, cpus: 1, accel: 'auto' }],
    // The order of the declaration, so that one machine has one name in the record.
    ['qemu:cpus=1,memory=256M', 'qemu:memory=256M,cpus=1', { memory: 256 * MIB, cpus: 1 }],
    ['qemu:append=quiet=1', 'qemu:append=quiet=1', { append: 'quiet=1' }],
    ['qemu:append=', 'qemu:append=', { append: '' }],
    ['qemu:cpu=max,,-avx,cpus=2', 'qemu:cpus=2,cpu=max,,-avx', { cpu: 'max,-avx', cpus: 2 }],
  ])('%s', (text, id, options) => {
    const spec = parseRuntimeSpec(text);
    expect(spec.id).toBe(id);
    expect(spec.options).toMatchObject(options);
  });

  it.each(['qemu:cpu=max,,-avx,memory=1G', 'qemu:append=a,,b,,,,c', 'fake:kind=vm,seed=3'])(
    'its canonical form means the same: %s',
    (text) => {
      const once = parseRuntimeSpec(text);
      expect(parseRuntimeSpec(once.id)).toEqual(once);
    },
  );

  it('options that are not given have their defaults', () => {
    expect(parseRuntimeSpec('qemu').options).toEqual({
      boot: 'direct',
      firmware: 'auto',
      disk: 'virtio-blk',
      balloon: 'off',
      ksm: 'off',
      hugepages: 'off',
      thp: 'off',
      kernel: 'uncompressed',
      accel: 'auto',
      limit: 'guest',
      append: '',
      channel: 'virtio',
      'tb-size': 256 * MIB,
      'tcg-thread': 'multi',
      sandbox: 'on',
    });
  });
});

describe('a runtime that is typed wrong', () => {
  it('stands for more than anybody can boot', () => {
    expect(() => expandBraces(`qemu:${'{a,b}'.repeat(40)}`)).toThrow(
      expect.objectContaining({ code: 'too-many-runtimes' }),
    );
  });

  /** What the person at the terminal reads. */
  function complaint(text: string): string {
    try {
      parseRuntimeSpec(text);
    } catch (error) {
      if (!(error instanceof TwinbootError)) throw error;
      return [`${error.kind} ${error.code}: ${error.message}`, error.hint].filter(Boolean).join('\n');
    }
    throw new Error(`${text} was accepted`);
  }

  it('has a name that is nearly one', () => {
    expect(complaint('nspwan')).toMatchInlineSnapshot(`
      "usage unknown-runtime: unknown runtime "nspwan"
      did you mean "nspawn"? Known: namespaces, nspawn, lxc, podman, gvisor, qemu, xen, uml, default, containers, vms, all, sharing"
    `);
  });

  it('has a name that is none', () => {
    expect(complaint('bhyve')).toMatchInlineSnapshot(`
      "usage unknown-runtime: unknown runtime "bhyve"
      known: namespaces, nspawn, lxc, podman, gvisor, qemu, xen, uml, default, containers, vms, all, sharing"
    `);
    expect(complaint('')).toMatchInlineSnapshot(`
      "usage unknown-runtime: unknown runtime ""
      known: namespaces, nspawn, lxc, podman, gvisor, qemu, xen, uml, default, containers, vms, all, sharing"
    `);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'QEMU', ' qemu'])(
    'is called %j',
    (name) => {
      expect(complaint(name)).toContain(`unknown runtime "${name}"`);
      expect(complaint(`${name}:memory=1G`)).toContain(`unknown runtime "${name}"`);
    },
  );

  it('has an option that is nearly one', () => {
    expect(complaint('qemu:mem=512M')).toMatchInlineSnapshot(`
      "usage unknown-option: runtime qemu has no option "mem"
      known: machine, boot, firmware, kernel, accel, memory, limit, cpus, cpu, disk, balloon, ksm, hugepages, thp, append, channel, tb-size, tcg-thread, sandbox"
    `);
    expect(complaint('qemu:Memory=512M')).toMatchInlineSnapshot(`
      "usage unknown-option: runtime qemu has no option "Memory"
      did you mean "memory"? Known: machine, boot, firmware, kernel, accel, memory, limit, cpus, cpu, disk, balloon, ksm, hugepages, thp, append, channel, tb-size, tcg-thread, sandbox"
    `);
  });

  it('has an option where there is none', () => {
    expect(complaint('nspawn:memory=512M')).toMatchInlineSnapshot(`
      "usage unknown-option: runtime nspawn has no option "memory"
      known: userns, sys, seccomp, lower"
    `);
    expect(complaint('qemu:__proto__=1')).toMatchInlineSnapshot(`
      "usage unknown-option: runtime qemu has no option "__proto__"
      known: machine, boot, firmware, kernel, accel, memory, limit, cpus, cpu, disk, balloon, ksm, hugepages, thp, append, channel, tb-size, tcg-thread, sandbox"
    `);
  });

  it('has a value of the wrong kind', () => {
    expect(complaint('qemu:memory=lots')).toMatchInlineSnapshot(
      `"usage bad-option: option memory=lots of runtime qemu: not a size; write 512M or 2G"`,
    );
    expect(complaint('qemu:memory=-1G')).toMatchInlineSnapshot(
      `"usage bad-option: option memory=-1G of runtime qemu: not a size; write 512M or 2G"`,
    );
    expect(complaint('qemu:cpus=two')).toMatchInlineSnapshot(
      `"usage bad-option: option cpus=two of runtime qemu: not a whole number"`,
    );
    expect(complaint('qemu:accel=xen')).toMatchInlineSnapshot(
      `"usage bad-option: option accel=xen of runtime qemu: Invalid option: expected one of "auto"|"kvm"|"tcg""`,
    );
    expect(complaint('qemu:cpu=host;reboot')).toMatchInlineSnapshot(
      `"usage bad-option: option cpu=host;reboot of runtime qemu: not a CPU model"`,
    );
  });

  it('has a value out of range', () => {
    expect(complaint('qemu:memory=1M')).toMatchInlineSnapshot(
      `"usage bad-option: option memory=1M of runtime qemu: not from 64.0 MiB to 1.00 TiB"`,
    );
    expect(complaint('qemu:cpus=0')).toMatchInlineSnapshot(
      `"usage bad-option: option cpus=0 of runtime qemu: not from 1 to 255"`,
    );
    expect(complaint('qemu:tb-size=8G')).toMatchInlineSnapshot(
      `"usage bad-option: option tb-size=8G of runtime qemu: not from 16.0 MiB to 4.00 GiB"`,
    );
  });

  it('is no list of key=value', () => {
    expect(complaint('qemu:')).toMatchInlineSnapshot(
      `"usage bad-option: "" is no option of runtime qemu: write key=value"`,
    );
    expect(complaint('qemu:memory')).toMatchInlineSnapshot(
      `"usage bad-option: "memory" is no option of runtime qemu: write key=value"`,
    );
    expect(complaint('qemu:=512M')).toMatchInlineSnapshot(
      `"usage bad-option: "=512M" is no option of runtime qemu: write key=value"`,
    );
    expect(complaint('qemu:memory=1G,')).toMatchInlineSnapshot(
      `"usage bad-option: "" is no option of runtime qemu: write key=value"`,
    );
    expect(complaint('qemu:memory=1G,memory=2G')).toMatchInlineSnapshot(
      `"usage bad-option: option "memory" of runtime qemu is given twice"`,
    );
  });
});
