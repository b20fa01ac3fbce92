import { describe } from 'vitest';
import { parseGuestRam, parseAnonymousRam } from '../../../harness/parse/guest-ram.ts';
import { drawn, holds, oddText, staysQuick, unlessRefused, type Draw, same } from '../../support/property.ts';

interface Mapping {
  text: string;
  kind: 'memfd' | 'code' | 'mergeable' | 'other';
  rss: number;
  pss: number;
  isReadable: boolean;
}

const HEADERS = {
  memfd: '7f00-7f01 rw-s 00000000 00:01 5975       /memfd:memory-backend-memfd (deleted)',
  code: '7f10-7f11 rwxp 00000000 00:00 0 ',
  mergeable: '7f20-7f21 rw-p 00000000 00:00 0 ',
  other: '7f30-7f31 r-xp 00000000 fe:00 21 /usr/lib/x (1)/guest-ram/y',
};

function mapping(draw: Draw): Mapping {
  const kind = draw.of(['memfd', 'code', 'mergeable', 'other'] as const);
  const rss = draw.int(0, 2 ** 30);
  const pss = draw.int(0, rss);
  const isReadable = draw.chance(0.9);
  const lines = [
    HEADERS[kind],
    `Size:   ${rss} kB`,
    `Rss:    ${isReadable ? rss : draw.of(['x', '', '-1', '1e9', '9'.repeat(40)])} kB`,
    `Pss:    ${pss} kB`,
    `X${oddText(draw).replaceAll('\n', '')}`,
    `VmFlags: rd wr ${kind === 'mergeable' ? 'mg' : 'mr'} ac`,
  ];
  return { text: `${lines.join('\n')}\n`, kind, rss: rss * 1024, pss: pss * 1024, isReadable };
}

describe('guest RAM among the mappings of a VMM', () => {
  const smaps = drawn((draw) => draw.some(5, mapping));
  const sumOf = (some: Mapping[], kind: Mapping['kind'], of: 'rss' | 'pss' = 'rss'): number =>
    some.filter((one) => one.kind === kind).reduce((sum, one) => sum + one[of], 0);

  holds('of a memfd is counted whole, or not at all', smaps, (some) => {
    const needed = some.filter(({ kind }) => kind === 'memfd' || kind === 'code');
    const isThere = needed.some(({ kind }) => kind === 'memfd');
    same(
      parseGuestRam(some.map(({ text }) => text).join('')),
      isThere && needed.every(({ isReadable }) => isReadable)
        ? { touchedBytes: sumOf(some, 'memfd'), translationCacheBytes: sumOf(some, 'code') }
        : undefined,
    );
  });

  holds('of anonymous memory is counted whole, or refused', smaps, (some) => {
    const text = some.map((one) => one.text).join('');
    const touchedBytes = sumOf(some, 'mergeable');
    const needed = some.filter(({ kind }) => kind === 'mergeable' || kind === 'code');
    same(
      unlessRefused(() => parseAnonymousRam(text, { flag: 'mg' })),
      needed.every(({ isReadable }) => isReadable)
        ? {
            touchedBytes,
            translationCacheBytes: sumOf(some, 'code'),
            mergedBytes: touchedBytes - sumOf(some, 'mergeable', 'pss'),
          }
        : undefined,
    );
  });

  const uml = '6000-6001 rw-s 60000000 00:27 3 /guest-ram/';
  staysQuick(
    'text',
    [...Object.values(HEADERS).map((header) => `${header}\n`), 'Rss: ', 'VmFlags: ', uml, '/guest-ram/'],
    (text) => [
      parseGuestRam(text),
      unlessRefused(() => parseAnonymousRam(text, { flag: 'hg', bytes: 4096 })),
    ],
  );
});
