import { expect, it } from 'vitest';
import { parseSharedLibraries } from '../../../harness/process/shared-libraries.ts';

it('names the libraries of a program and their loader: ldd of glibc 2.36, captured', () => {
  const captured = [
    '\tlinux-vdso.so.1 (0x00007ff099f5c000)',
    '\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007ff099d68000)',
    '\t/lib64/ld-linux-x86-64.so.2 (0x00007ff099f5e000)',
    '',
  ];
  expect(parseSharedLibraries(captured.join('\n'))).toEqual([
    '/lib/x86_64-linux-gnu/libc.so.6',
    '/lib64/ld-linux-x86-64.so.2',
  ]);
});

it('names none of a program that has none', () => {
  expect(parseSharedLibraries('\tstatically linked\n')).toEqual([]);
});
