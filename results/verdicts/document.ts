import type { Align } from '../../core/columns.ts';
import { groupBy } from '../../core/group-by.ts';
import { footnotes, type Marked } from '../marks.ts';

/**
 * What a row means for the whole, whatever the command calls its verdict.
 * `noted`: it changed, and not for the worse. `tolerated`: it is worse, and was told not to count. `undecided`: these
 * rounds cannot tell. `skipped`: it was not judged. Only `failed` makes the whole fail.
 */
export type Outcome = 'passed' | 'noted' | 'tolerated' | 'undecided' | 'skipped' | 'failed';

export const FAR_MORE = 'far more';

/** A column of the table, between the name of a row and its verdict. */
export interface Column {
  title: string;
  align: Align;
  /** Most rows of a subject have the same: the terminal puts it beside the subject's name instead. */
  besideSubject?: true;
}

/** One verdict. Its texts may hold words of a guest, a record or a file. */
export interface VerdictRow extends Marked {
  /** RuntimeDescription.id, `qemu / nspawn`, or what else is judged: `image`. */
  subject: string;
  /** What was judged of the subject: `startup.ready`, `startup.ready max`. */
  name: string;
  /** The row where its subject does not stand beside it: `startup.ready of nspawn`. */
  fullName: string;
  outcome: Outcome;
  /** The command's own word: `regression`, `fail`. */
  verdict: string;
  /** A text for each column of the document. */
  cells: readonly string[];
  /** What the verdict rests on, in one sentence. */
  evidence: string;
  /** Why, where the cells alone do not say it. */
  reason?: string;
  /** What took longer, the most first, a line each: hints beside the verdict. */
  blame?: readonly string[];
  /** About how many more rounds a side would decide; `far more` where the estimate is no number to plan with. */
  moreRounds?: number | typeof FAR_MORE;
}

/** A difference that has no figures, and so no row. */
export interface Difference {
  /** `service-appeared` */
  kind: string;
  /** Tells it from others of its kind: `service-appeared nspawn systemd-udevd.service`. */
  name: string;
  outcome: 'noted' | 'failed';
  /** One sentence. */
  message: string;
}

/**
 * What a command that judges has to say. Every form is made from it alone (`forms/registry.ts`). Texts are not
 * cleaned: each form does that for what it is written in.
 */
export interface VerdictDocument {
  /** `twinboot compare` */
  title: string;
  /** When the run that is judged began, in ISO 8601. */
  startedAt: string;
  passed: boolean;
  /** The whole in one sentence. */
  sentence: string;
  /** What so few rounds can show of nothing, whatever they measured: stands before everything else. */
  caveat?: string;
  /** The file with the rules, where there is one: annotations of rows point to it. */
  file?: string;
  /** What was judged, and against what. */
  about: readonly { label: string; text: string }[];
  /** What the rows are: `metric`, `rule`. */
  rowTitle: string;
  columns: readonly Column[];
  rows: readonly VerdictRow[];
  differences: readonly Difference[];
  /** What must not be overlooked. */
  notes: readonly string[];
  /** How it was judged. */
  method: readonly string[];
  /** A mark on every row, and what it means. */
  markOfAll?: { symbol: string; text: string };
  /** The JSON that the command publishes. */
  json: object;
}

/** The rows of each subject, in the order in which they come. */
export function rowsBySubject({ rows }: VerdictDocument): VerdictRow[][] {
  return groupBy(rows, ({ subject }) => subject);
}

/** `inconclusive, ~8 more`, `inconclusive, far more` */
export function verdictText({ verdict, moreRounds }: VerdictRow): string {
  if (moreRounds === undefined) return verdict;
  return `${verdict}, ${moreRounds === FAR_MORE ? FAR_MORE : `~${moreRounds} more`}`;
}

/** The lines below the table: the method, then what its marks mean. */
export function footnotesOf({ rows, method, markOfAll }: VerdictDocument): string[] {
  return [
    ...method,
    ...(rows.some(({ moreRounds }) => typeof moreRounds === 'number')
      ? ['~n more: about so many more rounds a side would decide']
      : []),
    ...(rows.some(({ moreRounds }) => moreRounds === FAR_MORE)
      ? [`${FAR_MORE}: more rounds than can be planned for; a larger minimum effect would decide sooner`]
      : []),
    ...footnotes(rows),
    ...(markOfAll === undefined ? [] : [`${markOfAll.symbol} ${markOfAll.text}`]),
  ];
}
