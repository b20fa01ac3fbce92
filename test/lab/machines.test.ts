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

// User-Mode Linux is left out: ptrace within emulation takes minutes to reach its login.
describeRealBoots(
  [
    ...['', 'machine=pc,', 'machine=microvm,', 'boot=bios,', 'boot=uefi,'],
    ...['hugepages=on,', 'ksm=on,', 'balloon=on,'],
  ].map((options) => ({ spec: `qemu:${options}accel=kvm`, cpus: VIRTUAL_CPUS, ...emulated })),
);
