import {
  footnote,
  markedMetric,
  markedSubject,
  markText,
  timeMarksOf,
  together,
  type MarkId,
  type TimeMark,
} from '../marks.ts';
import type { RunRecord, RuntimeDescription } from '../record.ts';
import { plainLine } from '../../core/text.ts';
import type { Cell, Table } from './table.ts';

/** A runtime as the report speaks of it. */
export interface RuntimeView {
  /** RuntimeDescription.id: the key of samples and summaries. */
  id: string;
  /** What people read: the title; or in a run with two runtimes of one title, the spec, for all of them alike. */
  name: string;
  kind: RuntimeDescription['kind'];
  /** Of all its figures, where it was emulated. */
  mark?: string;
  /** Of its times. */
  timeMarks: TimeMark[];
  /** How many of its kind the record has before it. */
  place: number;
  description: RuntimeDescription;
}

/** More than these are counted and not listed. */
const MOST_NAMES = 2;

export function viewRuntimes(record: RunRecord): RuntimeView[] {
  const seen = { container: 0, vm: 0 };
  const titles = new Set(record.runtimes.map(({ title }) => title));
  const byTitle = titles.size === record.runtimes.length;
  return record.runtimes.map((runtime) => {
    return {
      id: runtime.id,
      name: plainLine(byTitle ? runtime.title : runtime.id, 60),
      kind: runtime.kind,
      ...(runtime.emulated ? { mark: markText('emulated') } : {}),
      timeMarks: timeMarksOf(record.host, runtime),
      place: seen[runtime.kind]++,
      description: runtime,
    };
  });
}

/** Whether the figures under a mark are times: `some` of them are, and each of these has the symbol beside its name. */
export type Times = 'none' | 'some' | 'all';

/** The mark that a table or figure over these runtimes has to carry, if any. */
export function markOf(runtimes: readonly RuntimeView[], times: Times = 'none'): string | undefined {
  const texts = [
    ...textFor(runtimes, 'emulated', ({ mark }) => mark !== undefined, markText),
    ...(times === 'none' ? [] : timeMarks).flatMap((id) =>
      textFor(
        runtimes,
        id,
        (runtime) => runtime.timeMarks.includes(id),
        times === 'some' ? footnote : markText,
      ),
    ),
  ];
  return texts.length === 0 ? undefined : texts.join('; ');
}

const timeMarks: readonly TimeMark[] = ['emulated-host', 'nested'];

/** The marks that a runtime has; others are of single figures. */
type RuntimeMark = Exclude<MarkId, 'drifting'>;

/** Runtimes of which more are marked than can be listed. */
const crowds: Readonly<Record<RuntimeMark, string>> = {
  emulated: 'those with (TCG)',
  'emulated-host': 'all on this host',
  nested: 'the VMs under KVM',
};

/** The mark's text, with whose it is where it is not everyone's. */
function textFor(
  runtimes: readonly RuntimeView[],
  id: RuntimeMark,
  has: (runtime: RuntimeView) => boolean,
  textOf: (id: RuntimeMark) => string,
): string[] {
  const marked = runtimes.filter(has);
  if (marked.length === 0) return [];
  if (marked.length === runtimes.length) return [textOf(id)];
  const names =
    marked.length > MOST_NAMES
      ? `${marked.length} of ${runtimes.length} runtimes, ${crowds[id]}:`
      : marked.map((runtime) => runtime.name).join(', ');
  return [`${names} ${textOf(id)}`];
}

/** Their runtimes, of which a table's marks and headings are made. */
export const runtimesOf = (series: readonly { runtime: RuntimeView }[]): RuntimeView[] =>
  series.map(({ runtime }) => runtime);

/** `Last ready ^`: a row or column of times in a table that holds other figures too. */
export function timeHeading(text: string, runtimes: readonly RuntimeView[]): string {
  return markedMetric(text, {
    timeMarks: timeMarks.filter((id) => runtimes.some((runtime) => runtime.timeMarks.includes(id))),
  });
}

/** The name with the mark, where there is one: for a table's column. */
export function markedName(runtime: RuntimeView): string {
  return runtime.mark === undefined ? runtime.name : `${runtime.name} · ${runtime.mark}`;
}

/** The name with the short mark: for a table, chart or legend whose caption has the whole mark. */
export function shortName({ name, mark }: RuntimeView): string {
  return mark === undefined ? name : `${name} (TCG)`;
}

/** `qemu *`: the spec with the terminal's mark. */
export function markedId({ id, mark }: RuntimeView): string {
  return markedSubject(id, { emulated: mark !== undefined });
}

function kindWord({ kind }: RuntimeView): string {
  return kind === 'vm' ? 'VM' : 'container';
}

/** Where a row of a table is about a runtime. */
export function runtimeCell(runtime: RuntimeView): Cell {
  return { text: shortName(runtime), brief: markedId(runtime), note: kindWord(runtime) };
}

/**
 * The marks of a table over these runtimes: for documents in words, for the terminal's footnotes as they are.
 * `hasDrifts`: some of its figures are a `markedFigure`.
 */
export function marksOver(
  runtimes: readonly RuntimeView[],
  times: Times = 'none',
  hasDrifts = false,
): Pick<Table, 'mark' | 'marked'> {
  const texts = [markOf(runtimes, times) ?? [], hasDrifts ? footnote('drifting') : []].flat();
  const marked = together([
    ...runtimes.map((runtime) => ({
      emulated: runtime.mark !== undefined,
      ...(times === 'none' ? {} : { timeMarks: runtime.timeMarks }),
    })),
    ...(hasDrifts ? [{ emulated: false, drifting: true } as const] : []),
  ]);
  return { ...(texts.length === 0 ? {} : { mark: texts.join('; ') }), marked };
}
