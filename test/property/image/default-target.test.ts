import { describe, expect } from 'vitest';
import { TwinbootError } from '../../../core/error.ts';
import { defaultTargetOf } from '../../../harness/image/default-target.ts';
import { drawn, holds, oddText, staysQuick, same } from '../../support/property.ts';

/** A tree whose default target is a link, and whose other files are no links. */
const treeWith = (link: string) => (_: string, folder: string, name: string) => {
  if (folder === 'etc/systemd/system' && name === 'default.target') return { link };
  return name === 'kiosk.target' ? {} : undefined;
};

/** A tree that boots to nothing is refused. */
function targetOf(link: string): string | undefined {
  try {
    return defaultTargetOf('/tree', treeWith(link));
  } catch (error) {
    if (error instanceof TwinbootError && error.code === 'bad-tree') return undefined;
    throw error;
  }
}

describe('the default target of a tree', () => {
  const link = drawn((draw) => {
    const path = draw.of([
      '/',
      '..',
      '.',
      '',
      '/usr/lib/systemd/system/',
      '/usr/lib/systemd/system/kiosk.target',
    ]);
    return draw.chance(0.5) ? path : `${path}${oddText(draw, 2)}`;
  });

  holds('is a name below its folder, whatever its link leads to', link, (target) => {
    const found = targetOf(target);
    if (target.endsWith('/kiosk.target')) same(found, 'kiosk.target');
    else if (found !== undefined) expect(found).toMatch(/^[\w:.\\@-]+\.target$/);
  });

  staysQuick('links', ['/', 'a.target'], targetOf);
});
