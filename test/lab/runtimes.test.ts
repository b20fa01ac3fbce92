import { execFileSync } from 'node:child_process';
import { beforeAll } from 'vitest';
import { describeRealBoots } from '../integration/real-boots.ts';
import { twinboot } from '../support/terminal.ts';

beforeAll(async () => {
  // 512 MiB of guest RAM in huge pages of 2 MiB.
  execFileSync('sysctl', ['-q', 'vm.nr_hugepages=256']);
  await twinboot(['image', 'build']);
});

/** What is emulated in here runs ten times slower, and a line on its way to the console waits as long. */
const emulated = {
  multiUserWithin: (ms: number) => 500 + ms * 0.1,
  analyzeWithinMs: 3000,
  withinMs: 900_000,
};

const containers = [
  ...['namespaces', 'namespaces:userns=on', 'nspawn', 'nspawn:userns=on', 'nspawn:sys=rw'],
  ...['lxc', 'lxc:userns=on', 'lxc:sys=rw'],
  ...['podman:oci=crun', 'podman:oci=runc', 'podman:userns=on'],
];

const machines = [
  '',
  'machine=pc,',
  'machine=microvm,',
  'boot=bios,',
  'boot=uefi,',
  'hugepages=on,',
  'ksm=on,',
  'balloon=on,',
];

/** In the emulated AMD-V of TCG, one boot in ten of a guest with two virtual CPUs stalls or takes the lab along. */
const VIRTUAL_CPUS = 1;

// User-Mode Linux is left out: ptrace within emulation takes minutes to reach its login.
describeRealBoots([
  ...containers.map((spec) => ({ spec, ...emulated })),
  ...machines.map((options) => ({ spec: `qemu:${options}accel=kvm`, cpus: VIRTUAL_CPUS, ...emulated })),
]);
