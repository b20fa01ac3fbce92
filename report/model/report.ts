import { plainLine } from '../../core/text.ts';
import { formatCount, formatList } from '../../core/words.ts';
import { markText, type TimeMark } from '../../results/marks.ts';
import { provenanceLine } from '../../results/provenance.ts';
import type { RunRecord } from '../../results/record.ts';
import type { Summary } from '../../results/summary.ts';
import { hypervisorText } from '../../results/virtualization.ts';
import { formatTime } from '../../results/tables/format.ts';
import type { Answer } from './answer.ts';
import { answersOf } from './answers.ts';
import { detectionTables } from '../../results/tables/detection.ts';
import { definitionsTable } from '../../results/tables/definitions.ts';
import { createContext, type Context } from '../../results/tables/context.ts';
import { bootUnitsOf, type BootUnits } from '../../results/tables/boot-units.ts';
import { callSurfaceOf, type CallSurface } from '../../results/tables/call-surface.ts';
import { publishedTable } from '../../results/tables/published.ts';
import { costExposureOf, type CostExposure } from '../../results/tables/cost-exposure.ts';
import { distributionsOf, type Distribution } from '../../results/tables/distribution.ts';
import { hostFacts, imageFacts, methodFacts, runtimeFacts, type Fact } from './facts.ts';
import { failuresOf, type FailureList } from './failures.ts';
import { fidelityTables } from '../../results/tables/fidelity.ts';
import { fleetFacts } from './fleet-facts.ts';
import { fleetHeadlines, fleetTables } from './fleet-tables.ts';
import { fleetOf, type FleetFindings } from '../../results/tables/fleet.ts';
import { headlineTables } from './headline.ts';
import { reproduceFacts } from './reproduce.ts';
import { isolationTables } from '../../results/tables/isolation.ts';
import { laddersOf, type Ladder } from '../../results/tables/ladder.ts';
import { ledgerOf, type Ledger } from '../../results/tables/ledger.ts';
import { notesOf } from './notes.ts';
import type { RuntimeView } from '../../results/tables/runtimes.ts';
import type { SectionTable, Table } from '../../results/tables/table.ts';
import { overRoundsOf, type OverRounds } from '../../results/tables/over-rounds.ts';
import { waterfallsOf, type Waterfall } from '../../results/tables/waterfall.ts';
import { lastRound } from '../../results/samples.ts';

/** Everything that a report says, as plain text and numbers; pages and pictures only lay it out. */
export interface ReportModel {
  title: string;
  /** One line: what, when, by which version. */
  subtitle: string;
  /** Stands at the foot of every picture, so that it can be traced to its run. */
  source: string;
  /** Set where any runtime was emulated: why. */
  emulation?: { mark: string; reason: string };
  /** Those of times, and why they are there. */
  timeMarks: { mark: string; reason: string }[];
  /** Set where the run did not end by itself. */
  notice?: string;
  answers: Answer[];
  headline: Table[];
  runtimes: RuntimeView[];
  ladders: Ladder[];
  bootUnits: BootUnits[];
  distributions: Distribution[];
  /** What falls or rises over the rounds. */
  drifting: OverRounds[];
  waterfalls: Waterfall[];
  ledger?: Ledger;
  costExposure?: CostExposure;
  callSurface?: CallSurface;
  fleet: FleetFindings;
  /** Tables of sections that belong to no chart. */
  tables: SectionTable[];
  /** What others have published, which the page shows where it is asked to. */
  published: SectionTable[];
  scenarios: ScenarioText[];
  /** What it takes to read, to repeat and to cite the run. */
  reproduce: Fact[];
  /** Version and digest, for the foot of the page. */
  provenance: string;
  method: Fact[];
  runtimeFacts: Fact[];
  host: Fact[];
  image: Fact[];
  failures: FailureList;
  warnings: Fact[];
}

/** A scenario's own words. */
export interface ScenarioText {
  id: string;
  title: string;
  question: string;
  /** On figures that seem not to fit. */
  notes: Answer[];
  definitions: Table;
}

export function buildModel(record: RunRecord, summary: Summary): ReportModel {
  const context = createContext(record, summary);
  const emulation = emulationOf(context);
  const notice = noticeOf(record);
  const ledger = ledgerOf(context);
  const costExposure = costExposureOf(context);
  const callSurface = callSurfaceOf(context);
  const fleet = fleetOf(context);
  const boots = withoutFleets(context, fleet);
  const notes = notesOf(context, fleet, ledger);
  // Once: it is a digest over the whole record.
  const provenance = provenanceLine(record);
  const traced = `${provenance} · run ${record.id}`;
  return {
    title: titleOf(context),
    subtitle: plainLine(
      `${record.host.cpuModel} · ${formatCount(record.host.cpus, 'CPU')} · ${formatTime(record.startedAt)} · twinboot ${record.tool.version}`,
    ),
    source: plainLine(`${traced} · image ${record.image.digest.slice(0, 12)}`),
    ...(emulation === undefined ? {} : { emulation }),
    timeMarks: timeNotesOf(context),
    ...(notice === undefined ? {} : { notice }),
    answers: answersOf(context, fleet, ledger?.note),
    headline: [...(boots === undefined ? [] : headlineTables(boots)), ...fleetHeadlines(fleet)],
    runtimes: context.runtimes,
    ladders: laddersOf(context),
    bootUnits: bootUnitsOf(context),
    distributions: boots === undefined ? [] : distributionsOf(boots),
    drifting: boots === undefined ? [] : overRoundsOf(boots),
    waterfalls: waterfallsOf(context),
    ...(ledger === undefined ? {} : { ledger }),
    ...(costExposure === undefined ? {} : { costExposure }),
    ...(callSurface === undefined ? {} : { callSurface }),
    fleet,
    tables: [
      ...fleetTables(fleet),
      ...isolationTables(context),
      ...detectionTables(context),
      ...fidelityTables(context),
    ],
    published: record.scenarios.flatMap((scenario) => publishedTable(scenario) ?? []),
    scenarios: record.scenarios.map((scenario) => ({
      id: scenario.id,
      title: plainLine(scenario.title, 60),
      question: plainLine(scenario.question),
      notes: notes.filter((note) => note.scenario === scenario.id),
      definitions: definitionsTable(scenario),
    })),
    reproduce: reproduceFacts(context, provenance),
    provenance: plainLine(traced),
    method: [...methodFacts(context), ...fleetFacts(fleet, context)],
    runtimeFacts: runtimeFacts(context),
    host: hostFacts(context),
    image: imageFacts(context),
    failures: failuresOf(context),
    warnings: record.warnings.map(({ code, message }) => ({
      term: plainLine(code, 60),
      text: plainLine(message),
    })),
  };
}

/** What is told as medians of boots; `undefined` where the run holds fleets alone. */
function withoutFleets(context: Context, fleet: FleetFindings): Context | undefined {
  const { record } = context;
  if (fleet.scenarios.size === 0) return context;
  const scenarios = record.scenarios.filter(({ id }) => !fleet.scenarios.has(id));
  return scenarios.length === 0 ? undefined : { ...context, record: { ...record, scenarios } };
}

function titleOf({ record, runtimes }: Context): string {
  const image = plainLine(record.image.name, 60);
  const kinds = new Set(runtimes.map((runtime) => runtime.kind));
  if (kinds.size === 2) return `${image}: what a virtual machine costs over a container`;
  const names = runtimes.map((runtime) => runtime.name);
  return names.length === 0 ? image : `${image} in ${names.join(', ')}`;
}

function emulationOf({ runtimes }: Context): ReportModel['emulation'] {
  const emulated = runtimes.filter((runtime) => runtime.mark !== undefined);
  if (emulated.length === 0) return undefined;
  // One host gives most of its VMs the same reason: it is said once.
  const byReason = new Map<string, string[]>();
  for (const { name, description } of emulated) {
    const reason = plainLine(description.acceleratorReason ?? '');
    byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  }
  const reasons = [...byReason].map(([reason, names]) =>
    reason === '' ? formatList(names) : `${formatList(names)}: ${reason}`,
  );
  return { mark: markText('emulated'), reason: reasons.join('; ') };
}

function timeNotesOf({ record: { host }, runtimes }: Context): ReportModel['timeMarks'] {
  const made = host.machine === undefined ? '' : ` (${host.machine})`;
  const below = plainLine(`The host runs on ${hypervisorText(host.virtualization ?? 'unknown')}${made}.`);
  const note = (mark: TimeMark, whose: (names: string) => string): ReportModel['timeMarks'] => {
    const names = runtimes.filter((runtime) => runtime.timeMarks.includes(mark)).map(({ name }) => name);
    return names.length === 0
      ? []
      : [{ mark: markText(mark), reason: `${whose(formatList(names))}${below}` }];
  };
  return [...note('emulated-host', () => ''), ...note('nested', (names) => `Times of ${names}. `)];
}

function noticeOf(record: RunRecord): string | undefined {
  if (record.state === 'complete') return undefined;
  const rounds = lastRound(record, 'measured');
  const done =
    rounds === 0 ? 'before its first measured round' : `in round ${rounds} of ${record.plan.rounds}`;
  return record.state === 'interrupted'
    ? `This run was interrupted ${done}: the figures rest on what it had measured by then.`
    : `This run had not ended when its record was read, ${done}: it still runs, or was killed. The figures will change.`;
}
