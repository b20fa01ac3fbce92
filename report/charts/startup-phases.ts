import { formatMs } from '../../core/units.ts';

import { phasesTable, phaseText, type Climb, type Ladder, type Phase } from '../../results/tables/ladder.ts';
import { shortName, markOf } from '../../results/tables/runtimes.ts';
import { categoryAxis, msAxis } from './axes.ts';
import { barLines, figureId, withMark } from './labels.ts';
import type { Figure, Json, Panel } from './spec.ts';

/**
 * The stacked phases twice: in the same seconds (what it costs), and in shares of each runtime's own time (where it
 * goes).
 */
export function startupPhases(ladder: Ladder): Figure {
  const phases = phasesOver(ladder.climbs);
  const mark = markOf(
    ladder.climbs.map(({ runtime }) => runtime),
    'all',
  );
  return {
    id: figureId(ladder.scenario, 'phases'),
    scenario: ladder.scenario,
    title: `${ladder.title}: where the time until ${ladder.lead.title} goes`,
    caption:
      `Phases between the medians of rungs that follow each other. Above on one scale of seconds, below in shares of each runtime's own time until ${ladder.lead.title}. ` +
      'Warm colours: before the image’s PID 1 runs; cool colours: after.',
    ...withMark(mark),
    layout: 'rows',
    panels: [seconds(ladder, phases), shares(ladder, phases)],
    table: phasesTable(ladder, phases),
  };
}

type PhaseKind = Omit<Phase, 'durationMs'> & { color: string };

/** Each kind of phase once, in the order of time, with its colour. */
function phasesOver(climbs: readonly Climb[]): PhaseKind[] {
  const kinds = new Map(climbs.flatMap(({ phases }) => phases).map((phase) => [phase.id, phase]));
  const count = { 'before-init': 0, userspace: 0 };
  return [...kinds.values()]
    .sort((a, b) => a.position - b.position)
    .map(({ id, title, stage, position }) => {
      count[stage] += 1;
      return {
        id,
        title,
        stage,
        position,
        color: `${stage === 'before-init' ? 'boot' : 'user'}${(count[stage] - 1) % 6}`,
      };
    });
}

const durationOf = (climb: Climb, phase: PhaseKind): number | undefined =>
  climb.phases.find(({ id }) => id === phase.id)?.durationMs;

function seconds(ladder: Ladder, phases: readonly PhaseKind[]): Panel {
  return stackedPanel(ladder, phases, {
    id: 'seconds',
    heading: 'Same scale',
    legend: false,
    axis: msAxis('time since t0'),
    length: (climb, phase) => durationOf(climb, phase),
    inside: () => '',
  });
}

function shares(ladder: Ladder, phases: readonly PhaseKind[]): Panel {
  const share = (climb: Climb, phase: PhaseKind): number | undefined => {
    const durationMs = durationOf(climb, phase);
    return durationMs === undefined || climb.totalMs === 0 ? undefined : (durationMs / climb.totalMs) * 100;
  };
  return stackedPanel(ladder, phases, {
    id: 'shares',
    heading: "Shares of each runtime's own time",
    legend: true,
    axis: { type: 'linear', min: 0, max: 100, ticks: { format: 'percent' } },
    length: share,
    inside: (climb, phase) => {
      const percent = share(climb, phase);
      return percent === undefined ? '' : `${Math.round(percent)} %`;
    },
  });
}

interface PanelStyle {
  id: string;
  heading: string;
  legend: boolean;
  axis: Record<string, Json>;
  length: (climb: Climb, phase: PhaseKind) => number | undefined;
  inside: (climb: Climb, phase: PhaseKind) => string;
}

function stackedPanel({ climbs, lead }: Ladder, phases: readonly PhaseKind[], style: PanelStyle): Panel {
  const height = climbs.length * 52 + (style.legend ? 34 : 56);
  return {
    id: style.id,
    heading: style.heading,
    alt: `Stacked bars of the phases until ${lead.title}: ${climbs.map(({ runtime, totalMs }) => `${shortName(runtime)} ${formatMs(totalMs)}`).join(', ')}`,
    type: 'bar',
    height: height + (style.legend ? 40 : 0),
    narrowHeight: height + (style.legend ? 130 : 0),
    data: {
      labels: climbs.map(({ runtime, totalMs }) => barLines(runtime, formatMs(totalMs))),
      datasets: phases.map((phase) => ({
        label: phase.title,
        data: climbs.map((climb) => style.length(climb, phase) ?? null),
        inside: climbs.map((climb) => style.inside(climb, phase)),
        texts: climbs.map((climb) => phaseText(climb, phase)),
        backgroundColor: `@${phase.color}`,
        borderColor: '@surface',
        borderWidth: { left: 0, right: 1, top: 0, bottom: 0 },
        borderSkipped: false,
        barThickness: 26,
      })),
    },
    options: {
      indexAxis: 'y',
      plugins: { legend: { display: style.legend, position: 'bottom' } },
      scales: { x: { ...style.axis, stacked: true }, y: { ...categoryAxis, stacked: true } },
    },
    plugins: ['inside-labels'],
  };
}
