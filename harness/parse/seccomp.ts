/** One instruction of classic BPF (struct sock_filter, linux/filter.h). */
export interface Instruction {
  code: number;
  jumpTrue: number;
  jumpFalse: number;
  constant: number;
}

/** The filters of a process, the newest first; or why they cannot be read. */
export type Filters = { filters: Instruction[][] } | { unread: string };

/**
 * What a filter does with a call (seccomp(2)). `errno` 0 is a call that is passed over and answers 0. `unknown`: the
 * filter is not one that the kernel would take, or it has more paths than are followed.
 */
export type Action =
  | { kind: 'allow' | 'log' | 'trace' | 'notify' | 'trap' | 'kill-thread' | 'kill-process' | 'unknown' }
  | { kind: 'errno'; errno: number };

/** One action, or the several that a call's arguments choose between. */
export type Verdict = Action | { kind: 'depends'; on: Action[] };

/** AUDIT_ARCH_X86_64 (linux/audit.h): the architecture of 64-bit calls. */
export const ARCH_X86_64 = 0xc000003e;

/**
 * What all filters of a process do with one system call, whatever its arguments are. `filters`: the newest first, as
 * the kernel runs them; all of them run, and the strictest action counts (seccomp(2)). Arguments and the instruction
 * pointer are taken for unknown, so `depends` can name an action that no argument reaches; it never leaves one out.
 * `first`: the first argument where it is to be known, below 2³².
 */
export function judgeCall(
  filters: readonly (readonly Instruction[])[],
  call: number,
  { arch = ARCH_X86_64, first }: { arch?: number; first?: number } = {},
): Verdict {
  let outcomes: Action[] = [{ kind: 'allow' }];
  for (const filter of filters) {
    const own = actionsOf(filter, { call, arch }, first);
    outcomes = distinct(outcomes.flatMap((before) => own.map((action) => stricter(before, action))));
  }
  const [only] = outcomes;
  return outcomes.length === 1 && only !== undefined ? only : { kind: 'depends', on: outcomes };
}

/** Whether some arguments let a call through, and none is known to be refused; `some` where it depends. */
export function passes(verdict: Verdict): 'all' | 'some' | 'none' | 'unknown' {
  if (verdict.kind === 'depends') {
    const each = verdict.on.map(passes);
    if (each.includes('unknown')) return 'unknown';
    if (each.every((one) => one === 'all')) return 'all';
    return each.includes('all') ? 'some' : 'none';
  }
  if (verdict.kind === 'unknown') return 'unknown';
  // A log entry does not stop a call. A tracer and a supervisor decide by themselves.
  if (verdict.kind === 'allow' || verdict.kind === 'log') return 'all';
  return verdict.kind === 'trace' || verdict.kind === 'notify' ? 'some' : 'none';
}

/** `struct sock_filter` eight bytes each, in the byte order of x86. Throws where the length is no multiple of 8. */
export function parseInstructions(bytes: Buffer): Instruction[] {
  if (bytes.length % 8 !== 0) throw new Error(`${bytes.length} bytes are no whole number of instructions`);
  return Array.from({ length: bytes.length / 8 }, (_, index) => ({
    code: bytes.readUInt16LE(index * 8),
    jumpTrue: bytes.readUInt8(index * 8 + 2),
    jumpFalse: bytes.readUInt8(index * 8 + 3),
    constant: bytes.readUInt32LE(index * 8 + 4),
  }));
}

/** The strictest first (seccomp(2)). */
const PRECEDENCE: readonly Action['kind'][] = [
  'unknown',
  'kill-process',
  'kill-thread',
  'trap',
  'errno',
  'notify',
  'trace',
  'log',
  'allow',
];

/** Of equals the first one: the newest filter's. */
function stricter(first: Action, second: Action): Action {
  return PRECEDENCE.indexOf(second.kind) < PRECEDENCE.indexOf(first.kind) ? second : first;
}

function distinct(actions: readonly Action[]): Action[] {
  return [...new Map(actions.map((action) => [nameOf(action), action])).values()];
}

const nameOf = (action: Action): string => (action.kind === 'errno' ? `errno ${action.errno}` : action.kind);

/** A 32-bit word: known; a word of `seccomp_data` that is not known, masked; or anything at all. */
type Word = number | { offset: number; mask: number } | undefined;

interface State {
  at: number;
  accumulator: Word;
  index: Word;
  memory: readonly Word[];
  /** What the path has assumed: by offset, bits that are known and their values. */
  facts: ReadonlyMap<number, { mask: number; value: number }>;
  /** Comparisons that the path has decided. */
  decided: ReadonlyMap<string, boolean>;
}

/** A filter has at most 4096 instructions (BPF_MAXINSNS); one made by libseccomp has few paths for a call. */
const MOST_STEPS = 10_000;

/** The offsets of `struct seccomp_data`: nr, arch, instruction pointer, six arguments of 64 bits. */
const [NR, ARCH, FIRST_ARGUMENT, DATA_BYTES] = [0, 4, 16, 64];

function actionsOf(
  filter: readonly Instruction[],
  known: { call: number; arch: number },
  first: number | undefined,
): Action[] {
  const found = new Map<string, Action>();
  const facts = new Map(
    first === undefined
      ? []
      : [
          [FIRST_ARGUMENT, { mask: 0xffffffff, value: first }],
          [FIRST_ARGUMENT + 4, { mask: 0xffffffff, value: 0 }],
        ],
  );
  const open: State[] = [{ at: 0, accumulator: 0, index: 0, memory: [], facts, decided: new Map() }];
  for (let steps = 0; ; steps += 1) {
    const state = open.pop();
    if (state === undefined) break;
    if (steps > MOST_STEPS) return [{ kind: 'unknown' }];
    const instruction = filter[state.at];
    const next = instruction === undefined ? invalid : step(state, instruction, known);
    if ('kind' in next) found.set(nameOf(next), next);
    else open.push(...next.states);
  }
  return [...found.values()];
}

const invalid: Action = { kind: 'unknown' };

/** Instruction classes, sizes, modes and operations (linux/bpf_common.h). */
const CLASS = { LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, JMP: 5, RET: 6, MISC: 7 } as const;
const LOAD = { WORD_ABSOLUTE: 0x20, IMMEDIATE: 0x00, LENGTH: 0x80, MEMORY: 0x60 } as const;

function step(
  state: State,
  { code, jumpTrue, jumpFalse, constant }: Instruction,
  known: { call: number; arch: number },
): Action | { states: State[] } {
  const { accumulator, index, memory } = state;
  const goOn = (change: Partial<State>): { states: State[] } => ({
    states: [{ ...state, at: state.at + 1, ...change }],
  });
  const operand = (code & 0x08) === 0 ? constant : index;
  switch (code & 0x07) {
    case CLASS.LD:
      if (code === LOAD.WORD_ABSOLUTE) {
        const word = wordAt(constant, known, state.facts);
        return word === 'outside' ? invalid : goOn({ accumulator: word });
      }
      if (code === LOAD.IMMEDIATE) return goOn({ accumulator: constant });
      if (code === LOAD.LENGTH) return goOn({ accumulator: DATA_BYTES });
      return code === LOAD.MEMORY ? goOn({ accumulator: memory[constant] }) : invalid;
    case CLASS.LDX:
      if (code === (CLASS.LDX | LOAD.IMMEDIATE)) return goOn({ index: constant });
      if (code === (CLASS.LDX | LOAD.LENGTH)) return goOn({ index: DATA_BYTES });
      return code === (CLASS.LDX | LOAD.MEMORY) ? goOn({ index: memory[constant] }) : invalid;
    case CLASS.ST:
    case CLASS.STX: {
      const stored = [...memory];
      stored[constant] = (code & 0x07) === CLASS.ST ? accumulator : index;
      return goOn({ memory: stored });
    }
    case CLASS.ALU:
      return goOn({ accumulator: calculate(code & 0xf0, accumulator, operand) });
    case CLASS.JMP: {
      if ((code & 0xf0) === 0) return goOn({ at: state.at + 1 + constant });
      const branch = (isTrue: boolean, change: Partial<State> = {}): State => ({
        ...state,
        ...change,
        at: state.at + 1 + (isTrue ? jumpTrue : jumpFalse),
      });
      return { states: branches(state, code & 0xf0, operand, branch) };
    }
    case CLASS.RET: {
      const value = (code & 0x18) === 0x10 ? accumulator : constant;
      return typeof value === 'number' ? toAction(value) : invalid;
    }
    default:
      return goOn((code & 0x80) === 0 ? { index: accumulator } : { accumulator: index });
  }
}

function wordAt(
  offset: number,
  { call, arch }: { call: number; arch: number },
  facts: State['facts'],
): Word | 'outside' {
  if (offset % 4 !== 0 || offset >= DATA_BYTES) return 'outside';
  if (offset === NR) return call;
  if (offset === ARCH) return arch;
  const fact = facts.get(offset);
  return fact?.mask === 0xffffffff ? fact.value : { offset, mask: 0xffffffff };
}

function calculate(operation: number, a: Word, b: Word): Word {
  if (typeof a === 'number' && typeof b === 'number') return arithmetic(operation, a, b);
  // Bits of an argument are what filters look at (SCMP_CMP_MASKED_EQ).
  if (operation === 0x50 && typeof a === 'object' && typeof b === 'number')
    return b === 0 ? 0 : { offset: a.offset, mask: (a.mask & b) >>> 0 };
  return undefined;
}

function arithmetic(operation: number, a: number, b: number): Word {
  switch (operation) {
    case 0x00:
      return (a + b) >>> 0;
    case 0x10:
      return (a - b) >>> 0;
    case 0x20:
      return Math.imul(a, b) >>> 0;
    case 0x30:
      return b === 0 ? undefined : Math.floor(a / b);
    case 0x40:
      return (a | b) >>> 0;
    case 0x50:
      return (a & b) >>> 0;
    case 0x60:
      return b > 31 ? undefined : (a << b) >>> 0;
    case 0x70:
      return b > 31 ? undefined : a >>> b;
    case 0x80:
      return -a >>> 0;
    case 0xa0:
      return (a ^ b) >>> 0;
    default:
      return undefined;
  }
}

/** Both ways of a jump where its operands are not known, each with what it assumes. */
function branches(
  { accumulator: a, facts, decided }: State,
  operation: number,
  b: Word,
  branch: (isTrue: boolean, change?: Partial<State>) => State,
): State[] {
  if (typeof a === 'number' && typeof b === 'number') return [branch(compare(operation, a, b))];
  if (typeof a !== 'object' || typeof b !== 'number') return [branch(true), branch(false)];
  const fact = facts.get(a.offset);
  if (fact !== undefined && (a.mask & ~fact.mask) === 0)
    return [branch(compare(operation, (fact.value & a.mask) >>> 0, b))];
  if (operation === EQUAL && (b & ~a.mask) !== 0) return [branch(false)];
  const question = `${a.offset} ${a.mask} ${operation} ${b}`;
  const before = decided.get(question);
  if (before !== undefined) return [branch(before)];
  const learnt =
    operation === EQUAL ? { facts: new Map(facts).set(a.offset, together(fact, a.mask, b)) } : {};
  return [
    branch(true, { ...learnt, decided: new Map(decided).set(question, true) }),
    branch(false, { decided: new Map(decided).set(question, false) }),
  ];
}

const EQUAL = 0x10;

function together(
  fact: { mask: number; value: number } | undefined,
  mask: number,
  value: number,
): { mask: number; value: number } {
  const { mask: knownMask, value: knownValue } = fact ?? { mask: 0, value: 0 };
  return { mask: (knownMask | mask) >>> 0, value: ((knownValue & ~mask) | value) >>> 0 };
}

function compare(operation: number, a: number, b: number): boolean {
  if (operation === EQUAL) return a === b;
  if (operation === 0x20) return a > b;
  if (operation === 0x30) return a >= b;
  return (a & b) !== 0;
}

/** SECCOMP_RET_* (linux/seccomp.h): the action in the upper half, its data in the lower. */
function toAction(value: number): Action {
  switch ((value & 0xffff0000) >>> 0) {
    case 0x80000000:
      return { kind: 'kill-process' };
    case 0x00000000:
      return { kind: 'kill-thread' };
    case 0x00030000:
      return { kind: 'trap' };
    case 0x00050000:
      return { kind: 'errno', errno: Math.min(value & 0xffff, MAX_ERRNO) };
    case 0x7fc00000:
      return { kind: 'notify' };
    case 0x7ff00000:
      return { kind: 'trace' };
    case 0x7ffc0000:
      return { kind: 'log' };
    case 0x7fff0000:
      return { kind: 'allow' };
    default:
      // The kernel takes an action that it does not know for a kill of the process.
      return { kind: 'kill-process' };
  }
}

const MAX_ERRNO = 4095;
