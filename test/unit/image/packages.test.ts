import { describe, expect, it } from 'vitest';
import { initSystemOf, parsePackages } from '../../../harness/image/packages.ts';

describe('the package list', () => {
  it('holds what is installed, by name, and not what was removed', () => {
    const text = 'installed\tudev\t257.8-1\nconfig-files\tnano\t8.4-1\ninstalled\tbase-files\t13.8\n';
    expect(parsePackages(text)).toEqual([
      { name: 'base-files', version: '13.8' },
      { name: 'udev', version: '257.8-1' },
    ]);
  });

  it('names the init system with its version', () => {
    expect(initSystemOf([{ name: 'systemd', version: '257.8-1~deb13u2' }])).toBe('systemd 257.8-1~deb13u2');
    expect(() => initSystemOf([])).toThrow('the image has no systemd');
  });
});
