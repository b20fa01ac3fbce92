import { expect, it } from 'vitest';
import { ratioCause } from '../../../../results/compare/ratio-cause.ts';

const cause = (vm: number, container: number, better: 'lower' | 'higher' | 'none' = 'lower') =>
  ratioCause(
    vm / container,
    { vm: { id: 'qemu', times: vm }, container: { id: 'nspawn', times: container } },
    better,
  );

it('names the side that moved', () => {
  expect(cause(1.01, 0.8)).toBe(
    'the ratio moved because nspawn got better (0.800 times what it was), not qemu (1.01 times what it was)',
  );
  expect(cause(1.3, 1.01)).toMatch(/^the ratio moved because qemu got worse \(1\.30 .*, not nspawn /);
  expect(cause(0.7, 1)).toMatch(/because qemu got better/);
  expect(cause(1, 1.3, 'higher')).toMatch(/because nspawn got better/);
  expect(cause(1, 1.3, 'none')).toMatch(/because nspawn is higher/);
});

it('names both where both did, and the one that moved that way where the other moved against it', () => {
  expect(cause(1.2, 0.85)).toMatch(
    /^the ratio moved because both did: qemu got worse .*, nspawn got better /,
  );
  expect(cause(1.1, 1.5)).toMatch(/because nspawn got worse \(1\.50 .*, not qemu \(1\.10 /);
});

it('says nothing where nothing moved, or where there are no figures', () => {
  expect(cause(1, 1)).toBeUndefined();
  expect(cause(NaN, 1)).toBeUndefined();
  expect(cause(0, 1)).toBeUndefined();
});
