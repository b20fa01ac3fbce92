import type { z } from 'zod';
import { plainLine } from '../../core/text.ts';
import { NOTHING } from '../../core/words.ts';
import type { Context } from './context.ts';
import type { RuntimeView } from './runtimes.ts';
import { column, type Column } from './table.ts';

/** What a runtime's sample says in its details. */
export interface Found<Details> {
  runtime: RuntimeView;
  details: Details;
}

/**
 * Of each runtime the first good measured boot whose details have this form. What is told of an instance beside its
 * figures is told of one boot: the figures' intervals show where boots differ.
 */
export function firstDetails<Schema extends z.ZodType>(
  { record, runtimes }: Context,
  scenario: string,
  schema: Schema,
): Found<z.infer<Schema>>[] {
  return runtimes.flatMap((runtime) => {
    const details = record.samples
      .filter((sample) => sample.scenario === scenario && sample.runtime === runtime.id)
      .filter(({ phase, outcome }) => phase === 'measured' && outcome === 'ok')
      .map((sample) => schema.safeParse(sample.details))
      .find(({ success }) => success)?.data;
    return details === undefined ? [] : [{ runtime, details }];
  });
}

/** A column for each runtime after the first. */
export function columnsOf(first: string, found: readonly Found<unknown>[]): Column[] {
  return [
    column(first),
    ...found.map(({ runtime }) => column(runtime.name, { note: runtime.kind === 'vm' ? 'VM' : 'container' })),
  ];
}

/** Guest text on one line of a bounded length. */
export function shortText(text: string, most = 120): string {
  return text === '' ? NOTHING : plainLine(text, most);
}

export function listed(words: readonly string[], most = 8): string {
  if (words.length === 0) return 'none';
  const more = words.length > most ? ` and ${words.length - most} more` : '';
  return shortText(words.slice(0, most).join(', ')) + more;
}

export function yesOrNo(value: boolean | undefined): string {
  if (value === undefined) return NOTHING;
  return value ? 'yes' : 'no';
}
