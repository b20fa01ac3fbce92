import { execFileSync } from 'node:child_process';
import { beforeAll } from 'vitest';
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

/** Every machine but q35, which other parts boot, every way to boot and option of memory, in as few boots as hold them. */
const machines = ['machine=pc,ksm=on', 'machine=microvm', 'boot=bios,balloon=on', 'boot=uefi,hugepages=on'];

// User-Mode Linux is left out: ptrace within emulation takes minutes to reach its login.
describeRealBoots(
  machines.map((options) => ({ spec: `qemu:${options},accel=kvm`, cpus: VIRTUAL_CPUS, ...emulated })),
);
