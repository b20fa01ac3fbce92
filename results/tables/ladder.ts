import { plainLine } from '../../core/text.ts';
import { formatMs, formatShare } from '../../core/units.ts';
import { NOTHING } from '../../core/words.ts';
import { markedFigure } from '../marks.ts';
import type { Metric, ScenarioDescription } from '../record.ts';
import { leadRung, rungsOf, type Context } from './context.ts';
import { shortName, marksOver, runtimesOf, type RuntimeView } from './runtimes.ts';
import { cell, column, numeric, orNothing, type Table } from './table.ts';

/** A scenario's rungs over all runtimes: when each was reached, and the phases between them. */
export interface Ladder {
  scenario: string;
  title: string;
  rungs: { id: string; title: string }[];
  /** The rung that the phases end at. */
  lead: { id: string; title: string };
  climbs: Climb[];
}

export interface Climb {
  runtime: RuntimeView;
  n: number;
  /** Median ms since t0 for each of the ladder's rungs; `undefined` where the runtime has no such rung. */
  reachedMs: (number | undefined)[];
  /** Whether each of the ladder's rungs drifts over the rounds. */
  isDrifting: boolean[];
  /** From t0 to the lead rung; they add up to the median of the lead rung. */
  phases: Phase[];
  /** Median ms of the lead rung. */
  totalMs: number;
}

/** What happens between two rungs that follow each other in one runtime. */
export interface Phase {
  /** The same for the same pair of rungs in every runtime. */
  id: string;
  title: string;
  durationMs: number;
  /** Before or after the image's own PID 1 started. */
  stage: 'before-init' | 'userspace';
  /** Where its last rung stands on the ladder: the order of phases over all runtimes. */
  position: number;
}

/** Names for the pairs that have one; the others are called by their rungs. */
const knownPhases: Record<string, string> = {
  't0>spawn': 'process start',
  'spawn>kernel': 'VMM and firmware',
  'kernel>initrd': 'kernel',
  'kernel>init': 'kernel',
  'initrd>init': 'initrd',
  'spawn>init': 'manager',
  'init>sysinit': 'sysinit',
  'sysinit>basic': 'basic',
  'basic>dbus': 'D-Bus',
  'dbus>multi-user': 'multi-user',
  'basic>multi-user': 'multi-user',
  'multi-user>ready': 'agent',
};

export function laddersOf(context: Context): Ladder[] {
  return context.record.scenarios.flatMap((scenario) => {
    const lead = leadRung(scenario);
    const rungs = rungsOf(scenario);
    if (lead === undefined || rungs.length < 2) return [];
    const climbs = context.runtimes.flatMap(
      (runtime) => climbOf(context, scenario, rungs, lead, runtime) ?? [],
    );
    if (climbs.length === 0) return [];
    const title = (rung: Metric): string => plainLine(rung.title, 40);
    return [
      {
        scenario: scenario.id,
        title: plainLine(scenario.title, 60),
        rungs: rungs.map((rung) => ({ id: rung.id, title: title(rung) })),
        lead: { id: lead.id, title: title(lead) },
        climbs,
      },
    ];
  });
}

function climbOf(
  context: Context,
  scenario: ScenarioDescription,
  rungs: readonly Metric[],
  lead: Metric,
  runtime: RuntimeView,
): Climb | undefined {
  const found = rungs.map((rung) => context.find(scenario.id, rung.id, runtime.id));
  const reachedMs = found.map((summary) => summary?.median);
  const leadSummary = context.find(scenario.id, lead.id, runtime.id);
  if (leadSummary?.median === undefined) return undefined;
  const totalMs = leadSummary.median;
  return {
    runtime,
    n: leadSummary.n,
    reachedMs,
    isDrifting: found.map((summary) => summary?.drift !== undefined),
    phases: phasesOf(scenario.id, rungs, reachedMs, totalMs),
    totalMs,
  };
}

function phasesOf(
  scenario: string,
  rungs: readonly Metric[],
  reachedMs: readonly (number | undefined)[],
  totalMs: number,
): Phase[] {
  const name = (rung: Metric): string => rung.id.slice(scenario.length + 1);
  const init = rungs.findIndex((rung) => name(rung) === 'init');
  // By time, not by declaration: a unit may become active before the target that it is declared after.
  const reached = rungs
    .flatMap((rung, position) => {
      const atMs = reachedMs[position];
      return atMs === undefined || atMs > totalMs ? [] : [{ rung, position, atMs }];
    })
    .sort((a, b) => a.atMs - b.atMs || a.position - b.position);

  let from = { name: 't0', title: 't0', atMs: 0 };
  return reached.map(({ rung, position, atMs }) => {
    const to = { name: name(rung), title: plainLine(rung.title, 40), atMs };
    const id = `${from.name}>${to.name}`;
    const phase: Phase = {
      id,
      title: knownPhases[id] ?? `${from.title} to ${to.title}`,
      durationMs: atMs - from.atMs,
      stage: init >= 0 && position <= init ? 'before-init' : 'userspace',
      position,
    };
    from = to;
    return phase;
  });
}

/** When each rung was reached, the runtimes beside each other. */
export function ladderTable({ rungs, climbs }: Ladder): Table {
  return {
    caption: 'Median time since t0 of each rung',
    ...marksOver(
      runtimesOf(climbs),
      'all',
      climbs.some(({ isDrifting }) => isDrifting.includes(true)),
    ),
    columns: [column('Rung'), ...climbs.map(({ runtime }) => numeric(shortName(runtime)))],
    rows: rungs.map(({ title }, rung) => [
      cell(title),
      ...climbs.map(({ reachedMs, isDrifting }) =>
        orNothing(reachedMs[rung], (ms) => markedFigure(formatMs(ms), isDrifting[rung] === true)),
      ),
    ]),
  };
}

/** How long each phase took, the runtimes beside each other. `phases`: in the order of time. */
export function phasesTable({ climbs, lead }: Ladder, phases: readonly Pick<Phase, 'id' | 'title'>[]): Table {
  return {
    caption: `Phases until ${lead.title}, and their shares`,
    ...marksOver(runtimesOf(climbs), 'all'),
    columns: [column('Phase'), ...climbs.map(({ runtime }) => numeric(shortName(runtime)))],
    rows: [
      ...phases.map((phase) => [cell(phase.title), ...climbs.map((climb) => cell(phaseText(climb, phase)))]),
      [cell(`Until ${lead.title}`), ...climbs.map(({ totalMs, n }) => cell(formatMs(totalMs), `n = ${n}`))],
    ],
  };
}

/** `1.23 s (12.3 %)` of the climb's time. */
export function phaseText({ phases, totalMs }: Climb, { id }: Pick<Phase, 'id'>): string {
  const durationMs = phases.find((phase) => phase.id === id)?.durationMs;
  if (durationMs === undefined) return NOTHING;
  const share = totalMs === 0 ? NOTHING : formatShare(durationMs / totalMs);
  return `${formatMs(durationMs)} (${share})`;
}
