import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../../core/package-root.ts';
import { parseDpkgStatus } from '../../../harness/host/dpkg.ts';

it('parseDpkgStatus names what is installed, not what was removed or only unpacked', () => {
  const status = readFileSync(join(packageRoot(), 'test/fixtures/host/dpkg-status'), 'utf8');
  expect(Object.fromEntries(parseDpkgStatus(status))).toEqual({
    libmount1: '2.38.1-5+deb12u3',
    'qemu-utils': '1:7.2+dfsg-7+deb12u18+b3',
    systemd: '252.39-1~deb12u2',
  });
});
