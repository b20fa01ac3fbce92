import { EMULATION_MARK } from '../../results/emulation.ts';
import type { RunRecord, RuntimeDescription } from '../../results/record.ts';
import { plainLine } from '../../core/text.ts';

/** A runtime as the report speaks of it. */
export interface RuntimeView {
  /** RuntimeDescription.id: the key of samples and summaries. */
  id: string;
  /** What people read: the title; or in a run with two runtimes of one title, the spec, for all of them alike. */
  name: string;
  kind: RuntimeDescription['kind'];
  /** `EMULATION_MARK` where it was emulated. */
  mark?: string;
  /** The name of its colour, `container0`, `vm1`. */
  color: string;
  description: RuntimeDescription;
}

const COLORS_PER_KIND = 3;

/** More than these are counted and not listed. */
const MOST_NAMES = 2;

export function viewRuntimes(record: RunRecord): RuntimeView[] {
  const seen = { container: 0, vm: 0 };
  const titles = new Set(record.runtimes.map(({ title }) => title));
  const byTitle = titles.size === record.runtimes.length;
  return record.runtimes.map((runtime) => {
    const slot = seen[runtime.kind] % COLORS_PER_KIND;
    seen[runtime.kind] += 1;
    return {
      id: runtime.id,
      name: plainLine(byTitle ? runtime.title : runtime.id, 60),
      kind: runtime.kind,
      ...(runtime.emulated ? { mark: EMULATION_MARK } : {}),
      color: `${runtime.kind}${slot}`,
      description: runtime,
    };
  });
}

/** The mark that a table or figure over these runtimes has to carry, if any. */
export function markOf(runtimes: readonly RuntimeView[]): string | undefined {
  const marked = runtimes.filter((runtime) => runtime.mark !== undefined);
  if (marked.length === 0) return undefined;
  if (marked.length === runtimes.length) return EMULATION_MARK;
  const names =
    marked.length > MOST_NAMES
      ? `${marked.length} of ${runtimes.length} runtimes, those with (TCG):`
      : marked.map((runtime) => runtime.name).join(', ');
  return `${names} ${EMULATION_MARK}`;
}

/** The name with the mark, where there is one: for a table's column. */
export function markedName(runtime: RuntimeView): string {
  return runtime.mark === undefined ? runtime.name : `${runtime.name} · ${runtime.mark}`;
}
