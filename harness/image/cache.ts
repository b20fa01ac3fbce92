import { join } from 'node:path';
import { cacheFolder } from '../../core/cache-folder.ts';
import { hostArchitecture, type Architecture } from '../../core/architecture.ts';
import type { ImageDescription } from '../../results/record.ts';
import { requireTrustedFolder } from '../process/trusted-folder.ts';

/** A built image in the cache: the one disk file that every runtime boots, and the kernel and initrd inside it. */
export interface CachedImage {
  description: ImageDescription;
  folder: string;
  /** Raw, read-only, one ext4 file system without a partition table. */
  disk: string;
  /** Copies of the image's own /boot files, for direct kernel boot. */
  kernel: string;
  initrd: string;
}

/** The architecture of an image's programs; the host's where it does not say, as older ones do not. */
export function architectureOfImage({ description }: Pick<CachedImage, 'description'>): Architecture {
  return description.architecture ?? hostArchitecture() ?? 'amd64';
}

/** One folder per image, named by the id of its recipe. Names with a leading dot are not images. */
export function imagesFolder(): string {
  return join(cacheFolder(), 'images');
}

/**
 * Refuses a cache that somebody else could put an image into, which root would boot.
 * Errors: `folder-not-trusted` (host).
 */
export function requireTrustedCache(): void {
  requireTrustedFolder(imagesFolder(), 'the images');
}

/** Where the image with this id lies, whether or not it is there. */
export function imageFolder(id: string): string {
  return join(imagesFolder(), id);
}

export const imageFiles = {
  disk: 'disk.raw',
  kernel: 'vmlinuz',
  initrd: 'initrd.img',
  manifest: 'image.json',
} as const;
