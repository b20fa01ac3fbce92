import { formatBytes } from '../../core/units.ts';
import { questionOf } from '../../results/questions/registry.ts';
import type { Context } from '../../results/tables/context.ts';
import type { FleetFindings } from '../../results/tables/fleet.ts';
import type { Ledger } from '../../results/tables/ledger.ts';
import type { RuntimeView } from '../../results/tables/runtimes.ts';
import type { Answer } from './answer.ts';

/** What is said of figures that a reader sees side by side and that seem not to fit, in the section of one scenario. */
export interface SectionNote extends Answer {
  scenario: string;
}

export function notesOf(
  context: Context,
  { bill }: FleetFindings,
  ledger: Ledger | undefined,
): SectionNote[] {
  return [...ofFigures(context), ...(bill && ledger ? ofOneService(bill, ledger) : [])];
}

/** By the medians of the record, as each scenario's question knows its figures. */
function ofFigures(context: Context): SectionNote[] {
  const { record, runtimes } = context;
  const scenarioOf = new Map(
    record.scenarios.flatMap(({ id, metrics }) => metrics.map((metric) => [metric.id, id])),
  );
  return record.scenarios.flatMap(({ id: scenario }) =>
    (questionOf(scenario).notes ?? []).flatMap((note) =>
      runtimes.flatMap((runtime) => {
        const text = note({
          kind: runtime.kind,
          options: runtime.description.options,
          cache: record.plan.cache,
          median: (metric) => context.find(scenarioOf.get(metric) ?? scenario, metric, runtime.id)?.median,
        });
        return text === undefined ? [] : [noteOn(scenario, runtime, text)];
      }),
    ),
  );
}

/** How far apart two costs of one service have to be, for a reader to stumble over them. */
const FAR_APART = 1.25;

/** The ledger has what a service maps, the bill what one more instance takes anew of it: the first of each runtime. */
function ofOneService({ bill, runtimes }: NonNullable<FleetFindings['bill']>, ledger: Ledger): SectionNote[] {
  return runtimes.flatMap((runtime, place) => {
    const [text] = bill.rows.flatMap(({ services, charges }) => {
      const charge = charges[place];
      const [service] = services;
      if (charge?.state !== 'runs' || services.length > 1 || service === undefined) return [];
      const entry = ledger.services.find((known) => known.service === service);
      const pssBytes = entry?.places.find((known) => known.runtime.id === runtime.id)?.pssBytes;
      if (pssBytes === undefined || pssBytes < charge.bytes * FAR_APART) return [];
      return [
        `${service} has ${formatBytes(pssBytes)} in the ledger and ${formatBytes(charge.bytes)} on the bill of density. The ` +
          'ledger counts all that it maps in one boot (PSS), its program and libraries too; the bill counts the anonymous ' +
          'memory that one more instance takes anew.',
      ];
    });
    return text === undefined ? [] : [noteOn(ledger.scenario, runtime, text)];
  });
}

function noteOn(scenario: string, runtime: RuntimeView, text: string): SectionNote {
  const { mark } = runtime;
  return { scenario, text: `${runtime.name}: ${text}`, ...(mark === undefined ? {} : { mark }) };
}
