import { fake } from './fake.ts';
import { nspawn } from './nspawn.ts';
import { qemu } from './qemu.ts';
import type { Runtime } from './runtime.ts';

/** Every runtime, in the order in which they are listed. `fake` boots nothing: it is for twinboot's own tests. */
export const runtimes = { nspawn, qemu, fake } as const;

/** What `twinboot run` boots where it is not told otherwise. */
export const defaultRuntimes = ['nspawn', 'qemu'];

/** The runtimes that people choose from. */
export function listedRuntimes(): Runtime[] {
  return Object.values(runtimes).filter((runtime) => runtime.id !== 'fake');
}
