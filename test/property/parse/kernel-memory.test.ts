import { describe } from 'vitest';
import { parseKernelMemory } from '../../../harness/parse/kernel-memory.ts';
import { holds, rows, saidBy, staysQuick, same } from '../../support/property.ts';

const RANGE = /^ *[0-9a-f]{1,12}-[0-9a-f]{1,12} : Kernel (?:code|rodata|data|bss)$/;
const COUNT = /^ +count: +\d{1,9}$/;

describe('a kernel’s memory beside meminfo', () => {
  const answer = rows<{ image: number; pages?: number }>(
    (draw) => {
      const [first, bytes, pages] = [draw.int(0, 2 ** 40), draw.int(2, 2 ** 30), draw.int(0, 10 ** 9 - 1)];
      const hex = (value: number): string => value.toString(16).padStart(8, '0');
      return draw.chance(0.5)
        ? {
            text: `  ${hex(first)}-${hex(first + bytes - 1)} : Kernel ${draw.of(['code', 'bss'])}`,
            says: { image: bytes },
          }
        : { text: `              count: ${pages}`, says: { image: 0, pages } };
    },
    (text) => RANGE.test(text) || COUNT.test(text),
  );

  holds('is the sum of its readable rows', answer, (lines) => {
    const said = saidBy(lines);
    const sum = (of: 'image' | 'pages'): number => said.reduce((total, row) => total + (row[of] ?? 0), 0);
    const { imageBytes, freeListBytes } = parseKernelMemory(lines.map(({ text }) => text));
    same(imageBytes, sum('image') === 0 ? undefined : sum('image'));
    const hasLists = said.some(({ pages }) => pages !== undefined);
    same(freeListBytes, hasLists ? sum('pages') * 4096 : undefined);
  });

  staysQuick('lines', ['  count: ', '0-', ' : Kernel code'], (text) =>
    parseKernelMemory([text, ...text.split('\n')]),
  );
});
