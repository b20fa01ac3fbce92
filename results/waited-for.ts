import { plainLine } from '../core/text.ts';
import { formatMs } from '../core/units.ts';
import { marksOf, type Marked } from './marks.ts';
import { mostFrequent } from '../core/group-by.ts';
import type { RunRecord } from './record.ts';
import { median } from './statistics/quantile.ts';

/** Of a boot's time to multi-user.target: what took less of it did not make it long. */
const TELLING_SHARE = 0.25;

/** What held up the boots of a runtime. */
export interface WaitedForNote extends Marked {
  /** RuntimeDescription.id. */
  runtime: string;
  /** A sentence without its full stop, so that the caller can append marks. */
  text: string;
}

/**
 * A sentence for each runtime whose boots were held up by one unit: the last to be over of those that multi-user.target
 * starts after, where its start took a quarter of all the time to that target or more. Names are untrusted text.
 */
export function waitedForNotes(record: RunRecord): WaitedForNote[] {
  return record.runtimes.flatMap(({ id }) => {
    const boots = record.samples.flatMap(({ runtime, phase, values, details }) => {
      const waited = waitedForIn(details.waitedFor);
      const totalMs = values.find(({ metric }) => metric === 'startup.multi-user')?.value;
      if (runtime !== id || phase !== 'measured' || waited === undefined || totalMs === undefined) return [];
      return waited.durationMs >= totalMs * TELLING_SHARE ? [waited] : [];
    });
    const most = mostFrequent(boots, ({ unit }) => unit);
    if (most === undefined) return [];
    const { unit } = most.value;
    const tookMs = median(boots.filter((boot) => boot.unit === unit).map(({ durationMs }) => durationMs));
    const text = plainLine(
      `multi-user.target waited for ${unit}, whose start took ${formatMs(tookMs ?? NaN)}`,
    );
    return [{ runtime: id, text, ...marksOf([record], [id], 'ms') }];
  });
}

/** What `startup` keeps in its details; a record may have been edited by hand. */
function waitedForIn(detail: unknown): { unit: string; durationMs: number } | undefined {
  const { unit, durationMs } = (detail ?? {}) as { unit?: unknown; durationMs?: unknown };
  return typeof unit === 'string' && typeof durationMs === 'number' ? { unit, durationMs } : undefined;
}
