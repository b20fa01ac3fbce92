import { NOTHING } from '../../core/words.ts';
import { callSurfaceTable, type CallSurface } from '../../results/tables/call-surface.ts';
import { shortName } from '../../results/tables/runtimes.ts';
import { categoryAxis } from './axes.ts';
import { barLines } from './labels.ts';
import type { Figure, Json } from './spec.ts';

/** Made, allowed beyond that, refused: together all system calls that there are. */
export function callSurface(found: CallSurface): Figure {
  const { scenario, rows, all } = found;
  const height = rows.length * 52 + 64;
  return {
    id: 'call-surface',
    scenario,
    title: 'System calls: made, allowed, and all',
    caption:
      `Of the ${all} system calls of the host’s kernel, what each instance makes while it boots and idles, and what it ` +
      'may make beside that: what a tenant who breaks in can choose from. A container makes those of its tenant and of ' +
      'its manager, and may make those of process 1; a VM makes and may make those of its monitor. What was not measured ' +
      'is left out.',
    layout: 'rows',
    panels: [
      {
        id: 'calls',
        alt: `Stacked bars of system calls: ${rows.map((row) => rowText(row, all)).join('; ')}`,
        type: 'bar',
        height,
        narrowHeight: height,
        data: {
          labels: rows.map(({ runtime, used }) =>
            barLines(runtime, used === undefined ? NOTHING : `makes ${used}`),
          ),
          datasets: [
            part(
              'made',
              'user0',
              rows.map(({ used }) => used),
            ),
            part('allowed beside that', 'files0', rows.map(allowedBeside)),
            part(
              'refused',
              'rest0',
              rows.map(({ allowed }) => (allowed === undefined ? undefined : all - allowed)),
            ),
          ],
        },
        options: {
          indexAxis: 'y',
          plugins: { legend: { display: true, position: 'bottom' } },
          scales: {
            x: {
              type: 'linear',
              min: 0,
              max: all,
              stacked: true,
              ticks: { format: 'count', includeBounds: false },
            },
            y: { ...categoryAxis, stacked: true },
          },
        },
        plugins: ['inside-labels'],
      },
    ],
    table: callSurfaceTable(found),
  };
}

type Row = CallSurface['rows'][number];

/** A manager that calls what its tenant may not leaves nothing beside. */
function allowedBeside({ used, allowed }: Row): number | undefined {
  return allowed === undefined ? undefined : Math.max(0, allowed - (used ?? 0));
}

function rowText({ runtime, used, allowed }: Row, all: number): string {
  return `${shortName(runtime)} makes ${used ?? NOTHING} and may make ${allowed ?? NOTHING} of ${all}`;
}

function part(label: string, color: string, counts: readonly (number | undefined)[]): Json {
  const texts = counts.map((count) => (count === undefined ? NOTHING : String(count)));
  return {
    label,
    data: counts.map((count) => count ?? null),
    texts,
    inside: texts,
    backgroundColor: `@${color}`,
    borderColor: '@surface',
    borderWidth: { left: 0, right: 1, top: 0, bottom: 0 },
    borderSkipped: false,
    barThickness: 26,
  };
}
