import { plainLine } from '../../core/text.ts';
import { mostFrequent } from '../../core/group-by.ts';
import type { LedgerRow } from '../record.ts';
import type { StructuralDifference, StructuralKind } from './comparison.ts';
import type { PooledSide } from './pool.ts';
import { ledgersIn } from './series.ts';

/**
 * How services differ in one runtime. What counts is steady: a state that a service has in more than half of NEW's
 * rounds and had in at most one in ten of BASE's (in none of fewer than ten). A service that comes and goes from boot
 * to boot gives no difference. None where a side has no ledger.
 */
export function ledgerDifferences(
  base: PooledSide,
  next: PooledSide,
  runtime: string,
): StructuralDifference[] {
  const before = ledgersOf(base, runtime);
  const after = ledgersOf(next, runtime);
  if (before.length === 0 || after.length === 0) return [];

  const names = new Set([...before, ...after].flatMap((ledger) => [...ledger.keys()]));
  const services = [...names].sort().flatMap((service) => {
    const statesIn = (ledgers: readonly Ledger[]): State[] =>
      ledgers.map((ledger) => ledger.get(service) ?? NOT_THERE);
    const change = steadyChange(statesIn(before), statesIn(after), ({ state }) => state);
    return change === undefined ? [] : [serviceDifference(runtime, service, change)];
  });
  return [...services.sort(byKind), ...failedUnits(before, after, runtime)];
}

/** The ledgers of a side's good measured boots, each a service's row by its name. */
function ledgersOf(side: PooledSide, runtime: string): Ledger[] {
  return side.records.flatMap((record) =>
    ledgersIn(record, runtime).map(
      ({ services }) => new Map(services.map((row) => [row.service, stateOf(row)])),
    ),
  );
}

type Ledger = ReadonlyMap<string, State>;
type State = Pick<LedgerRow, 'state' | 'reason'>;

const stateOf = ({ state, reason }: LedgerRow): State => ({
  state,
  ...(reason === undefined ? {} : { reason }),
});

/** A service that a ledger does not know. */
const NOT_THERE: State = { state: 'not-installed' };

interface Change<T> {
  was: T;
  now: T;
}

/** By the rule above, over what was seen in each round of the two sides; `keyOf` says what counts as the same. */
function steadyChange<T>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (seen: T) => string,
): Change<T> | undefined {
  const was = mostFrequent(before, keyOf);
  const now = mostFrequent(after, keyOf);
  if (was === undefined || now === undefined) return undefined;
  const seenBefore = before.filter((seen) => keyOf(seen) === keyOf(now.value)).length;
  const isSteady = now.count > after.length / 2 && seenBefore <= before.length / 10;
  return isSteady ? { was: was.value, now: now.value } : undefined;
}

function serviceDifference(
  runtime: string,
  service: string,
  { was, now }: Change<State>,
): StructuralDifference {
  const kind = kindOf(was, now);
  return {
    kind,
    runtime,
    subject: plainLine(service),
    base: stateText(was),
    next: stateText(now),
    message: plainLine(messageOf(kind, `in ${runtime}`, service, was, now)),
  };
}

/** Active: it runs, or ran to its end as it should (a one-shot service). */
const isActive = ({ state }: State): boolean => state === 'running' || state === 'exited';

function kindOf(was: State, now: State): StructuralKind {
  if (now.state === 'failed') return 'service-started-failing';
  if (isActive(now) && !isActive(was)) return 'service-appeared';
  if (!isActive(now) && isActive(was)) return 'service-vanished';
  return 'service-state';
}

function messageOf(kind: StructuralKind, where: string, service: string, was: State, now: State): string {
  const before = `(was ${stateText(was)})`;
  switch (kind) {
    case 'service-started-failing':
      return `${service} now fails ${where}${now.reason === undefined ? '' : `: ${now.reason}`} ${before}`;
    case 'service-appeared':
      return now.state === 'running'
        ? `${service} now runs ${where} ${before}`
        : `${service} now runs to its end ${where} ${before}`;
    case 'service-vanished':
      return `${service} no longer runs ${where}: ${stateText(now)} ${before}`;
    default:
      return `${service} is ${stateText(now)} ${where} ${before}`;
  }
}

/** `skipped: ConditionPathIsReadWrite=/sys` */
function stateText({ state, reason }: State): string {
  return plainLine(reason === undefined ? state : `${state}: ${reason}`);
}

const kindOrder: readonly StructuralKind[] = [
  'service-started-failing',
  'service-appeared',
  'service-vanished',
  'service-state',
];

function byKind(a: StructuralDifference, b: StructuralDifference): number {
  return kindOrder.indexOf(a.kind) - kindOrder.indexOf(b.kind);
}

/** How many units failed, by the same rule: in more than half of NEW's rounds, in at most one in ten of BASE's. */
function failedUnits(
  before: readonly Ledger[],
  after: readonly Ledger[],
  runtime: string,
): StructuralDifference[] {
  const failedIn = (ledgers: readonly Ledger[]): string[] =>
    ledgers.map((ledger) => String([...ledger.values()].filter(({ state }) => state === 'failed').length));
  const change = steadyChange(failedIn(before), failedIn(after), (count) => count);
  if (change === undefined) return [];
  const { was: base, now: next } = change;
  const message = `${next} failed ${next === '1' ? 'unit' : 'units'} in ${plainLine(runtime)} (was ${base})`;
  return [{ kind: 'failed-units', runtime, subject: 'failed units', base, next, message }];
}
