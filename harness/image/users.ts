import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere } from '../../core/read-if-there.ts';

/** Who has a file of the folder open now: loop devices and processes, for people. Empty where nobody has. */
export function usersOf(folder: string): string[] {
  return [...loopDevicesOn(folder), ...processesWith(folder)];
}

function loopDevicesOn(folder: string): string[] {
  return list('/sys/block')
    .filter((name) => name.startsWith('loop'))
    .filter((name) => isInside(readIfThere(join('/sys/block', name, 'loop/backing_file')) ?? '', folder))
    .map((name) => `loop device /dev/${name}`);
}

function processesWith(folder: string): string[] {
  return list('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => list(`/proc/${pid}/fd`).some((fd) => isInside(target(`/proc/${pid}/fd/${fd}`), folder)))
    .map((pid) => `${readIfThere(`/proc/${pid}/comm`) ?? ''} (pid ${pid})`);
}

function isInside(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}
