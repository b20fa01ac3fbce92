import { execFileSync } from 'node:child_process';
import { beforeAll, it } from 'vitest';
import { describeRealBoots } from '../integration/real-boots.ts';
import { twinboot } from '../support/terminal.ts';
import { emulated } from './emulated.ts';

beforeAll(async () => {
  // 512 MiB of guest RAM in huge pages of 2 MiB.
  execFileSync('sysctl', ['-q', 'vm.nr_hugepages=256']);
  await twinboot(['image', 'build']);
});

/** In the emulated AMD-V of TCG, one boot in ten of a guest with two virtual CPUs stalls or takes the lab along. */
const VIRTUAL_CPUS = 1;

/** Every machine but q35, which other parts boot, and every option of memory, in as few boots as hold them. */
const machines = ['machine=pc,ksm=on', 'machine=microvm,balloon=on', 'boot=bios,hugepages=on'];

it('qemu:boot=uefi,accel=kvm, really booted', (context) =>
  context.skip(
    'OVMF’s interrupt handler writes CR8, and QEMU’s emulated AMD-V aborts where that is written while an interrupt ' +
      'waits (docs/kvm.md); the integration tests boot it without KVM',
  ));

// User-Mode Linux is left out: ptrace within emulation takes minutes to reach its login.
describeRealBoots(
  machines.map((options) => ({ spec: `qemu:${options},accel=kvm`, cpus: VIRTUAL_CPUS, ...emulated })),
);
