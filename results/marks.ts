import type { Unit } from '../core/units.ts';
import type { RunRecord } from './record.ts';
import { isEmulatedHost, isVirtualHost } from './virtualization.ts';

/**
 * What a figure has to carry wherever it is shown, so that it is not taken for what it is not. `emulated`: every figure
 * of a VM that QEMU emulates. `drifting`: a single figure, the values of which go one way over the rounds. The others,
 * `TimeMark`, are of times alone: on such hosts memory and counts hold.
 */
export type MarkId = 'emulated' | TimeMark | 'drifting';
export type TimeMark = 'emulated-host' | 'nested';

/** A figure, or several in one row, with what they have to be marked with. */
export interface Marked {
  /** true: emulated (TCG), not a KVM figure. */
  emulated: boolean;
  /** Absent where there are none. */
  timeMarks?: readonly TimeMark[];
  /** Absent where none is. */
  drifting?: true;
}

/** `symbol`: beside a name in tables, explained below them; plain ASCII, and nothing else in a table. */
const marks: Readonly<Record<MarkId, { symbol: string; text: string }>> = {
  emulated: { symbol: '*', text: 'emulated (TCG): not a KVM figure' },
  'emulated-host': {
    symbol: '^',
    text: 'this host is emulated: times are not figures of any real machine; memory and counts hold',
  },
  nested: { symbol: '#', text: 'nested: KVM on a host that is itself a virtual machine' },
  drifting: {
    symbol: '~',
    text: 'drifts: over the rounds its values fall or rise beyond chance; its interval takes them for values of one level',
  },
};

const inOrder: readonly MarkId[] = ['emulated', 'emulated-host', 'nested', 'drifting'];

/** Whether a value hangs on how fast the machine is. */
const isTime: Readonly<Record<Unit, boolean>> = {
  ms: true,
  ns: true,
  'ms/s': true,
  'count/s': true,
  bytes: false,
  count: false,
  // Of two times.
  ratio: true,
};

/** Whether marks of times are on a figure in this unit. */
export function measuresTime(unit: Unit): boolean {
  return isTime[unit];
}

/** Of a figure in `unit`, made of these runtimes of these records: all marks that any of them gives it. */
export function marksOf(
  records: readonly Pick<RunRecord, 'host' | 'runtimes'>[],
  runtimes: readonly string[],
  unit: Unit,
): Marked {
  const found = records.flatMap(({ host, runtimes: all }) =>
    all.filter(({ id }) => runtimes.includes(id)).map((runtime) => ({ host, runtime })),
  );
  const emulated = found.some(({ runtime }) => runtime.emulated);
  const timeMarks = isTime[unit] ? unionOf(found.map(({ host, runtime }) => timeMarksOf(host, runtime))) : [];
  return { emulated, ...(timeMarks.length === 0 ? {} : { timeMarks }) };
}

/**
 * Of the times of one runtime on a host. On an emulated host nothing more is said of KVM: no instruction below it runs
 * on a CPU.
 */
export function timeMarksOf(
  host: RunRecord['host'],
  { accelerator }: Pick<RunRecord['runtimes'][number], 'accelerator'>,
): TimeMark[] {
  if (isEmulatedHost(host)) return ['emulated-host'];
  return accelerator === 'kvm' && isVirtualHost(host) ? ['nested'] : [];
}

function unionOf(all: readonly (readonly TimeMark[])[]): TimeMark[] {
  return [...new Set(all.flat())];
}

/** What several figures carry together, for a heading over them. */
export function together(figures: readonly Marked[]): Marked {
  const timeMarks = unionOf(figures.map((figure) => figure.timeMarks ?? []));
  return {
    emulated: figures.some(({ emulated }) => emulated),
    ...(timeMarks.length === 0 ? {} : { timeMarks }),
    ...(figures.some(({ drifting }) => drifting) ? { drifting: true } : {}),
  };
}

/** `qemu *`: a runtime, all figures of which the mark is on. */
export function markedSubject(subject: string, { emulated }: Pick<Marked, 'emulated'>): string {
  return emulated ? `${subject} ${marks.emulated.symbol}` : subject;
}

/** `startup.ready ^`: what the figures of a row or a column are of. */
export function markedMetric(metric: string, { timeMarks = [] }: Pick<Marked, 'timeMarks'>): string {
  return [metric, ...timeMarks.map((id) => marks[id].symbol)].join(' ');
}

/** `17.6 s ~`: one figure, that drifts. */
export function markedFigure(figure: string, isDrifting: boolean): string {
  return isDrifting ? `${figure} ${marks.drifting.symbol}` : figure;
}

/** `* emulated (TCG): not a KVM figure`: a line for each symbol in a table. */
export function footnotes(figures: readonly Marked[]): string[] {
  return markIdsOf(together(figures)).map(footnote);
}

/** `* emulated (TCG): not a KVM figure` */
export function footnote(id: MarkId): string {
  return `${marks[id].symbol} ${marks[id].text}`;
}

export function markSymbol(id: MarkId): string {
  return marks[id].symbol;
}

/** Each mark in words, where there is no room for a footnote. */
export function markTexts(figure: Marked): string[] {
  return markIdsOf(figure).map(markText);
}

export function markText(id: MarkId): string {
  return marks[id].text;
}

/** In the order of their footnotes. */
export function markIdsOf({ emulated, timeMarks = [], drifting }: Marked): MarkId[] {
  return inOrder.filter((id) => {
    if (id === 'emulated') return emulated;
    return id === 'drifting' ? drifting === true : timeMarks.includes(id);
  });
}
