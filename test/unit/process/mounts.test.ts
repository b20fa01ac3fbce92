import { describe, expect, it } from 'vitest';
import { parseMountPoints } from '../../../harness/process/mounts.ts';

describe('parseMountPoints', () => {
  it('keeps the order, and optional fields do not shift the path', () => {
    const mountinfo = [
      '22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw',
      '23 22 0:21 / /proc rw,nosuid shared:2 master:1 - proc proc rw',
      '',
    ].join('\n');
    expect(parseMountPoints(mountinfo)).toEqual(['/', '/proc']);
  });

  it('reads escaped characters back', () => {
    expect(parseMountPoints('40 22 0:40 / /mnt/a\\040b\\134c rw - tmpfs none rw')).toEqual(['/mnt/a b\\c']);
  });
});
