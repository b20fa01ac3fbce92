import { join } from 'node:path';
import { linkIfThere, namesIfThere, readIfThere } from '../../core/read-if-there.ts';

/** Who has a file of the folder open now: loop devices and processes, for people. Empty where nobody has. */
export function usersOf(folder: string): string[] {
  return [...loopDevicesOn(folder), ...processesWith(folder)];
}

function loopDevicesOn(folder: string): string[] {
  return namesIfThere('/sys/block')
    .filter((name) => name.startsWith('loop'))
    .filter((name) => isInside(readIfThere(join('/sys/block', name, 'loop/backing_file')) ?? '', folder))
    .map((name) => `loop device /dev/${name}`);
}

function processesWith(folder: string): string[] {
  return namesIfThere('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => filesOpenIn(pid).some((file) => isInside(file, folder)))
    .map((pid) => `${readIfThere(`/proc/${pid}/comm`) ?? ''} (pid ${pid})`);
}

function isInside(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

function filesOpenIn(pid: string): string[] {
  const folder = `/proc/${pid}/fd`;
  return namesIfThere(folder).flatMap((fd) => linkIfThere(`${folder}/${fd}`) ?? []);
}
