import { describe, expect, it } from 'vitest';
import {
  ARCH_X86_64,
  judgeCall,
  parseInstructions,
  passes,
  type Instruction,
} from '../../../harness/parse/seccomp.ts';

const ALLOW = 0x7fff0000;
const errno = (number: number): number => 0x00050000 | number;
const KILL = 0x80000000;

const load = (offset: number): Instruction => instruction(0x20, offset);
const ret = (constant: number): Instruction => instruction(0x06, constant);
const and = (constant: number): Instruction => instruction(0x54, constant);
const jumpEqual = (constant: number, jumpTrue: number, jumpFalse: number): Instruction =>
  instruction(0x15, constant, jumpTrue, jumpFalse);
const jumpGreaterOrEqual = (constant: number, jumpTrue: number, jumpFalse: number): Instruction =>
  instruction(0x35, constant, jumpTrue, jumpFalse);

function instruction(code: number, constant: number, jumpTrue = 0, jumpFalse = 0): Instruction {
  return { code, constant, jumpTrue, jumpFalse };
}

/** Kills calls of another architecture, answers EPERM to 246 and ENOSYS from 500 on. */
const plain = [
  load(4),
  jumpEqual(ARCH_X86_64, 1, 0),
  ret(KILL),
  load(0),
  jumpGreaterOrEqual(500, 0, 1),
  ret(errno(38)),
  jumpEqual(246, 0, 1),
  ret(errno(1)),
  ret(ALLOW),
];

/** personality(2) with its first argument's words: EPERM unless it is 0. */
const byArgument = [
  load(0),
  jumpEqual(135, 0, 5),
  load(20),
  jumpEqual(0, 0, 2),
  load(16),
  jumpEqual(0, 1, 0),
  ret(errno(1)),
  ret(ALLOW),
];

describe('judgeCall', () => {
  it.each([
    [0, { kind: 'allow' }],
    [246, { kind: 'errno', errno: 1 }],
    [500, { kind: 'errno', errno: 38 }],
  ])('call %i of a filter by number', (call, verdict) => {
    expect(judgeCall([plain], call)).toEqual(verdict);
  });

  it('another architecture', () => {
    expect(judgeCall([plain], 0, { arch: 0x40000003 })).toEqual({ kind: 'kill-process' });
  });

  it('no filter allows everything', () => {
    expect(judgeCall([], 1)).toEqual({ kind: 'allow' });
  });

  it('depends where both outcomes can be reached, and only for the call that it asks about', () => {
    expect(judgeCall([byArgument], 135)).toEqual({
      kind: 'depends',
      on: expect.arrayContaining([{ kind: 'allow' }, { kind: 'errno', errno: 1 }]) as unknown,
    });
    expect(judgeCall([byArgument], 0)).toEqual({ kind: 'allow' });
  });

  it('does not depend on an argument that is given', () => {
    expect(judgeCall([byArgument], 135, { first: 0 })).toEqual({ kind: 'allow' });
    expect(judgeCall([byArgument], 135, { first: 8 })).toEqual({ kind: 'errno', errno: 1 });
  });

  it('an argument that was found equal is known from then on', () => {
    const twice = [load(16), jumpEqual(7, 0, 3), load(16), jumpEqual(7, 1, 0), ret(KILL), ret(ALLOW)];
    expect(judgeCall([twice], 1)).toEqual({ kind: 'allow' });
  });

  it('a question that was answered no is not asked again', () => {
    const twice = [load(16), jumpEqual(7, 3, 0), load(16), jumpEqual(7, 0, 1), ret(KILL), ret(ALLOW)];
    // Equal jumps to KILL's successor: nothing reaches KILL.
    expect(judgeCall([twice], 1)).toEqual({ kind: 'allow' });
  });

  it('masked bits decide only what they can', () => {
    const outsideMask = [load(16), and(0xf0), jumpEqual(0x01, 0, 1), ret(KILL), ret(ALLOW)];
    expect(judgeCall([outsideMask], 1)).toEqual({ kind: 'allow' });
    const inMask = [load(16), and(0x10000000), jumpEqual(0x10000000, 0, 1), ret(errno(1)), ret(ALLOW)];
    expect(judgeCall([inMask], 56).kind).toBe('depends');
  });

  it('of several filters the strictest counts, and of equals the newest', () => {
    expect(judgeCall([[ret(errno(1))], [ret(KILL)]], 1)).toEqual({ kind: 'kill-process' });
    expect(judgeCall([[ret(errno(2))], [ret(errno(3))]], 1)).toEqual({ kind: 'errno', errno: 2 });
    expect(judgeCall([[ret(ALLOW)], [ret(0x7ffc0000)]], 1)).toEqual({ kind: 'log' });
  });

  it.each([
    [0x00000000, 'kill-thread'],
    [0x00030000, 'trap'],
    [0x7fc00000, 'notify'],
    [0x7ff00000, 'trace'],
    [0x12340000, 'kill-process'],
  ])('return value %i', (value, kind) => {
    expect(judgeCall([[ret(value)]], 1)).toEqual({ kind });
  });

  it.each([
    ['runs over its end', [load(0)]],
    ['loads beyond seccomp_data', [load(64), ret(ALLOW)]],
    ['loads half a word', [load(2), ret(ALLOW)]],
    ['returns what it does not know', [load(16), instruction(0x16, 0)]],
  ])('a filter that %s is unknown', (_, filter) => {
    expect(judgeCall([filter], 1)).toEqual({ kind: 'unknown' });
  });

  it('arithmetic on the call’s number, through memory and the index', () => {
    const odd = [
      load(0),
      instruction(0x02, 3),
      instruction(0x54, 1),
      instruction(0x07, 0),
      instruction(0x60, 3),
      instruction(0x1c, 0),
      jumpEqual(4, 0, 1),
      ret(ALLOW),
      ret(errno(1)),
    ];
    // (5 − (5 & 1)) is 4, (6 − 0) is not.
    expect([judgeCall([odd], 5).kind, judgeCall([odd], 6).kind]).toEqual(['allow', 'errno']);
  });

  it('a filter with more paths than can be followed is unknown, not allowed', () => {
    const forks = Array.from({ length: 40 }, (_, index) => [
      load(16 + 4 * (index % 12)),
      instruction(0x45, 1 << (index % 31), 0, 0),
    ]).flat();
    expect(judgeCall([[...forks, ret(ALLOW)]], 1)).toEqual({ kind: 'unknown' });
  });
});

describe('passes', () => {
  it.each([
    ['all', judgeCall([[ret(ALLOW)]], 1)],
    ['all', judgeCall([[ret(0x7ffc0000)]], 1)],
    ['none', judgeCall([[ret(errno(1))]], 1)],
    ['some', judgeCall([[ret(0x7ff00000)]], 1)],
    ['some', judgeCall([byArgument], 135)],
    ['unknown', judgeCall([[load(64)]], 1)],
  ])('%s: %j', (expected, verdict) => {
    expect(passes(verdict)).toBe(expected);
  });

  it('none where all ways refuse', () => {
    expect(passes({ kind: 'depends', on: [{ kind: 'errno', errno: 1 }, { kind: 'trap' }] })).toBe('none');
  });
});

describe('parseInstructions', () => {
  it('reads eight bytes each', () => {
    const bytes = Buffer.from('150000013e0000c0', 'hex');
    expect(parseInstructions(bytes)).toEqual([jumpEqual(0xc000003e, 0, 1)]);
  });

  it('refuses a part of one', () => {
    expect(() => parseInstructions(Buffer.alloc(9))).toThrow('9 bytes are no whole number of instructions');
  });
});
