import { describe, expect } from 'vitest';
import { judgeCall, type Action, type Instruction } from '../../../harness/parse/seccomp.ts';
import { drawn, holds, type Draw } from '../../support/property.ts';

const [LOAD, AND, EQUAL, GREATER, AT_LEAST, ANY_BIT, RETURN] = [0x20, 0x54, 0x15, 0x25, 0x35, 0x45, 0x06];
const CONSTANTS = [0, 1, 2, 3, 5, 16, 257, 0x7fffffff, 0x80000000, 0xffffffff];
const ACTIONS = [0x7fff0000, 0x00050001, 0x00050026, 0x80000000, 0x7fc00000];
const LENGTH = 12;

/** A program that the kernel would take: jumps lead on, and the last instruction returns. */
function program(draw: Draw): Instruction[] {
  const returns = (): Instruction => ({
    code: RETURN,
    jumpTrue: 0,
    jumpFalse: 0,
    constant: draw.of(ACTIONS),
  });
  const body = Array.from({ length: LENGTH - 1 }, (_, at): Instruction => {
    const kind = draw.int(0, 9);
    const farthest = LENGTH - 2 - at;
    if (kind < 3) return { code: LOAD, jumpTrue: 0, jumpFalse: 0, constant: draw.of([0, 4, 16, 20, 24, 28]) };
    if (kind === 3) return { code: AND, jumpTrue: 0, jumpFalse: 0, constant: draw.of(CONSTANTS) };
    if (kind === 4) return returns();
    const code = draw.of([EQUAL, GREATER, AT_LEAST, ANY_BIT]);
    const jump = (): number => draw.int(0, Math.min(3, farthest));
    return { code, jumpTrue: jump(), jumpFalse: jump(), constant: draw.of(CONSTANTS) };
  });
  return [...body, returns()];
}

/** What the kernel would answer to a call with these words of `struct seccomp_data`: SECCOMP_RET_*. */
function run(filter: readonly Instruction[], data: ReadonlyMap<number, number>): number {
  let accumulator = 0;
  for (let at = 0; ; at += 1) {
    const { code = RETURN, jumpTrue = 0, jumpFalse = 0, constant = 0 } = filter[at] ?? {};
    const jump = (isTrue: boolean): void => void (at += isTrue ? jumpTrue : jumpFalse);
    if (code === RETURN) return constant;
    if (code === LOAD) accumulator = data.get(constant) ?? 0;
    else if (code === AND) accumulator = (accumulator & constant) >>> 0;
    else if (code === EQUAL) jump(accumulator === constant);
    else if (code === GREATER) jump(accumulator > constant);
    else if (code === AT_LEAST) jump(accumulator >= constant);
    else jump((accumulator & constant) !== 0);
  }
}

const named: Readonly<Record<number, Action>> = {
  0x7fff0000: { kind: 'allow' },
  0x00050001: { kind: 'errno', errno: 1 },
  0x00050026: { kind: 'errno', errno: 38 },
  0x80000000: { kind: 'kill-process' },
  0x7fc00000: { kind: 'notify' },
};

describe('a filter of system calls', () => {
  const filtered = drawn((draw) => ({
    filter: program(draw),
    call: draw.of([0, 1, 5, 257]),
    words: [16, 20, 24, 28].map((offset) => [offset, draw.of(CONSTANTS)] as const),
  }));

  holds(
    'never does what it is judged not to do, whatever the arguments are',
    filtered,
    ({ filter, call, words }) => {
      const arch = 0xc000003e;
      const action = named[run(filter, new Map([[0, call], [4, arch], ...words]))];
      const verdict = judgeCall([filter], call, { arch });
      const possible = verdict.kind === 'depends' ? verdict.on : [verdict];
      expect(possible).toContainEqual(action);
    },
  );
});
