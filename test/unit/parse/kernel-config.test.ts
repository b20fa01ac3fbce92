import { expect, it } from 'vitest';
import { parseKernelConfig } from '../../../harness/parse/kernel-config.ts';

it('parseKernelConfig: built in and modules alone', () => {
  expect(
    parseKernelConfig('CONFIG_TLS=m\nCONFIG_UNIX=y\n# CONFIG_XFRM is not set\nCONFIG_HZ=250\nCONFIG_NET=n\n'),
  ).toEqual(new Set(['TLS', 'UNIX']));
});
