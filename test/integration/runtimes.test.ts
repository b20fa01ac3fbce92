import { describeRealBoots } from './real-boots.ts';

describeRealBoots([
  { spec: 'namespaces', multiUserWithin: () => 20 },
  { spec: 'namespaces:userns=on', multiUserWithin: () => 20 },
  { spec: 'nspawn', multiUserWithin: () => 20 },
  { spec: 'nspawn:userns=on', multiUserWithin: () => 20 },
  { spec: 'nspawn:sys=rw', multiUserWithin: () => 20 },
  { spec: 'lxc', multiUserWithin: () => 20 },
  { spec: 'lxc:userns=on', multiUserWithin: () => 20 },
  { spec: 'lxc:sys=rw', multiUserWithin: () => 20 },
  // conmon looks at a terminal that nobody holds open only every 100 ms, as systemd's console is between two lines.
  { spec: 'podman', multiUserWithin: () => 150 },
  // In one thread, in turn, emulated CPUs cannot overtake each other, which one boot in a hundred dies of otherwise
  // (docs/performance.md, “Known under TCG”). What boots with the defaults is in run.test.ts.
  { spec: 'qemu:tcg-thread=single', multiUserWithin: (ms: number) => ms * 0.02 },
  { spec: 'qemu:machine=microvm,tcg-thread=single', multiUserWithin: (ms: number) => ms * 0.02 },
  { spec: 'qemu:boot=bios,tcg-thread=single', multiUserWithin: (ms: number) => ms * 0.02 },
  { spec: 'qemu:boot=uefi,tcg-thread=single', multiUserWithin: (ms: number) => ms * 0.02 },
  // The image of UML's kernel lies in its program file, which the host caches once and charges to nobody here.
  { spec: 'uml', multiUserWithin: (ms: number) => ms * 0.02, unexplainedShare: 0.1 },
]);
