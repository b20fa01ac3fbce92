import { describe, expect, it } from 'vitest';
import { MIB } from '../../../core/units.ts';
import { parseHugePages, parseMeminfo } from '../../../harness/parse/meminfo.ts';
import { captured } from '../../fixtures/guest/captured.ts';

describe('/proc/meminfo', () => {
  it('of a VM, captured: 49 fields in kB (grep -c kB), in bytes', () => {
    const fields = parseMeminfo(captured('qemu', 'meminfo.txt'));
    expect(fields.size).toBe(49);
    expect(fields.get('MemTotal')).toBe(474_564 * 1024);
    expect(fields.get('Percpu')).toBe(672 * 1024);
    expect(fields.get('DirectMap1G')).toBe(0);
  });

  it('a count without kB is no size', () => {
    expect(parseMeminfo(captured('qemu', 'meminfo.txt')).has('HugePages_Total')).toBe(false);
  });

  it.each([
    'MemTotal: -1 kB',
    'MemTotal: 1 MB',
    'MemTotal: 1.5 kB',
    `MemTotal: ${'9'.repeat(19)} kB`,
    'MemTotal:1 kB',
    'Mem Total: 1 kB',
    ' MemTotal: 1 kB',
    'MemTotal: 1 kB\0',
    '\u001B[1mMemTotal: 1 kB',
    '',
  ])('%j is no field', (line) => {
    expect(parseMeminfo(line).size).toBe(0);
  });

  it('__proto__ is a name as any other', () => {
    expect([...parseMeminfo('__proto__:  1 kB\nActive(anon):  2 kB')]).toEqual([
      ['__proto__', 1024],
      ['Active(anon)', 2048],
    ]);
  });
});

describe('huge pages', () => {
  const meminfo = [
    'MemTotal:       24682740 kB',
    'AnonHugePages:     12288 kB',
    'HugePages_Total:     300',
    'HugePages_Free:      280',
    'HugePages_Rsvd:       30',
    'HugePages_Surp:        0',
    'Hugepagesize:       2048 kB',
  ].join('\n');

  it('are those that are neither in use nor promised', () => {
    expect(parseHugePages(meminfo)).toEqual({ pageBytes: 2 * MIB, total: 300, available: 250 });
  });
});
