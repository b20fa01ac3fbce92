import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { textIfThere } from '../../core/read-if-there.ts';
import { parseMemoryV1, parseMemoryV2, type CgroupMemory } from '../parse/cgroup-memory.ts';
import { controllerFolder, type Cgroup } from '../process/cgroup.ts';

/** Reads the group's charge. `undefined` where this host has no memory controller. */
export async function readCgroupMemory(group: Cgroup): Promise<CgroupMemory | undefined> {
  const place = controllerFolder(group, 'memory');
  if (place === undefined) return undefined;
  const read = (file: string): Promise<string> => readFile(join(place.folder, file), 'utf8');
  const readOptional = (file: string): string | undefined => textIfThere(join(place.folder, file));
  if (place.version === 1) {
    const [usage, stat] = await Promise.all([read('memory.usage_in_bytes'), read('memory.stat')]);
    const peak = readOptional('memory.max_usage_in_bytes');
    return parseMemoryV1({ usage, peak, stat, kernel: readOptional('memory.kmem.usage_in_bytes') });
  }
  const [usage, stat] = await Promise.all([read('memory.current'), read('memory.stat')]);
  const peak = readOptional('memory.peak');
  return parseMemoryV2({ usage, peak, stat, swap: readOptional('memory.swap.current') });
}
