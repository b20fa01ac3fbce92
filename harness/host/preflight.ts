import { hostError } from '../../core/error.ts';
import type { RunRecord, RuntimeKind } from '../../results/record.ts';
import type { Check, CheckContext, Examiner } from './checks/check.ts';
import { examineOne, examiners } from './doctor.ts';

/**
 * Asks what the doctor asks of the kernel, before anything boots. What the host lacks without stopping a run is
 * returned for the record, as a sentence with its fix. Errors: `host-lacks` (host) where runtimes of these kinds could
 * not boot.
 */
export async function examineBeforeRun(
  context: CheckContext,
  kinds: ReadonlySet<RuntimeKind>,
  asked: readonly Examiner[] = examiners,
): Promise<RunRecord['warnings']> {
  const concerned = asked.filter(({ stops = [] }) => stops.some((kind) => kinds.has(kind)));
  const lacking: Check[] = [];
  for (const examiner of concerned) {
    const check = await examineOne(examiner, context);
    if (check.state === 'missing' || check.costs !== undefined) lacking.push(check);
  }
  refuseWhatStops(lacking.filter(({ costs }) => costs === undefined));
  return lacking.map((check) => ({
    code: 'host-lacks',
    message: `${sentenceOf(check)}, so ${check.costs ?? ''}${check.fix === undefined ? '' : `; ${check.fix}`}`,
  }));
}

function refuseWhatStops(missing: readonly Check[]): void {
  if (missing.length === 0) return;
  const fixes = new Set(missing.flatMap(({ fix }) => fix ?? []));
  throw hostError('host-lacks', `nothing was booted: ${missing.map(sentenceOf).join('; ')}`, {
    hint: [...fixes, 'twinboot doctor shows all of it'].join('; '),
  });
}

/** `control groups: none can be made (EROFS)` */
function sentenceOf({ title, found, reason }: Check): string {
  return `${title}: ${found}${reason === undefined ? '' : ` (${reason})`}`;
}
