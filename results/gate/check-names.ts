import { TwinbootError } from '../../core/error.ts';
import type { Unit } from '../../core/units.ts';
import { findingQuestions } from '../questions/registry.ts';
import { guess, type Fault } from './faults.ts';
import {
  VM_OVER_CONTAINER,
  type GateFile,
  type Limits,
  type MetricRule,
  type ServiceRules,
} from './file-schema.ts';
import { examples } from './quantity.ts';
import { whyNoService } from './unit-names.ts';

/** A runtime that a gate speaks of. */
export interface NamedRuntime {
  /** RuntimeDescription.id. */
  id: string;
  /** true: from a preset, so that a host which cannot run it leaves it out. */
  optional: boolean;
}

/** What this twinboot knows: handed in, since the registries lie above the results. */
export interface KnownNames {
  scenarios: readonly string[];
  /** The scenarios of a fleet that take this key of the file. */
  takersOf(key: FleetKey): readonly string[];
  metrics: readonly { id: string; unit: Unit; scenario: string }[];
  /** Reads `qemu:machine=pc` or a preset; throws a usage error for what is no runtime. */
  runtimes(text: string): NamedRuntime[];
  /** Ids of the runtimes of a run that is not told otherwise. */
  defaultRuntimes: readonly string[];
}

/** What the schema cannot know: names of runtimes, scenarios and metrics, and whether a limit fits its metric. */
export function nameFaults(file: GateFile, known: KnownNames): Fault[] {
  const runtimes = file.runtimes && readRuntimes(file.runtimes, known);
  const isRuntime = runtimeCheck(runtimes?.ids, known);
  return [
    ...(runtimes?.faults ?? []),
    ...scenarioFaults(file, known),
    ...fleetFaults(file, known),
    ...Object.keys(file.metrics).flatMap((metric) => metricFaults(metric, file, known, isRuntime)),
    ...serviceFaults(file, isRuntime),
    ...expectedFaults(file),
  ];
}

function readRuntimes(texts: readonly string[], known: KnownNames): { ids: string[]; faults: Fault[] } {
  const ids: string[] = [];
  const faults: Fault[] = [];
  for (const [index, text] of texts.entries()) {
    const fault = (said: string): number => faults.push({ path: ['runtimes', index], text: said });
    try {
      const found = known.runtimes(text).map(({ id }) => id);
      const twice = found.find((id) => ids.includes(id));
      if (twice !== undefined) fault(`runtime ${twice} is given twice`);
      ids.push(...found);
    } catch (error) {
      fault(saidBy(error));
    }
  }
  return { ids, faults };
}

function saidBy(error: unknown): string {
  if (!(error instanceof TwinbootError)) throw error;
  return error.hint === undefined ? error.message : `${error.message}; ${error.hint}`;
}

function scenarioFaults({ scenarios = [] }: GateFile, known: KnownNames): Fault[] {
  return scenarios.flatMap((scenario, index) =>
    known.scenarios.includes(scenario)
      ? []
      : [
          {
            path: ['scenarios', index],
            text: `unknown scenario "${scenario}"; ${guess(scenario, known.scenarios)}`,
          },
        ],
  );
}

/** The keys of the file that are for scenarios of a fleet. */
const fleetKeys = [
  'series',
  'instances',
  'bursts',
  'parallel',
  'reserve',
] as const satisfies readonly (keyof GateFile)[];
export type FleetKey = (typeof fleetKeys)[number];

/** A key of a fleet that no scenario of the file takes would change nothing, without a word. */
function fleetFaults(file: GateFile, known: KnownNames): Fault[] {
  return fleetKeys.flatMap((key) => {
    const takers = known.takersOf(key);
    if (file[key] === undefined || takers.some((id) => file.scenarios?.includes(id))) return [];
    const text = `\`${key}\` is for ${takers.join(', ')}: name one of them in \`scenarios\``;
    return [{ path: [key], key: true, text }];
  });
}

function metricFaults(id: string, file: GateFile, known: KnownNames, isRuntime: IsRuntime): Fault[] {
  const path = ['metrics', id];
  const fault = (text: string): Fault[] => [{ path, key: true, text }];
  const metric = known.metrics.find((one) => one.id === id);
  if (metric === undefined) {
    const all = known.metrics.map((one) => one.id);
    return fault(`unknown metric "${id}"; ${guess(id, all)}`);
  }
  if (file.scenarios !== undefined && !file.scenarios.includes(metric.scenario)) {
    return fault(`${id} is measured by the scenario ${metric.scenario}, which \`scenarios\` leaves out`);
  }
  const rule = file.metrics[id];
  if (rule === undefined) return [];
  return [
    ...(isBare(rule) ? fault(`${id} has no limit: give it a max, a min or a regression`) : []),
    ...unitFaults(rule.everywhere, metric.unit, path),
    ...Object.entries(rule.under).flatMap(([subject, limits]) => {
      const inside = [...path, subject];
      const kind = subjectKind(subject, isRuntime);
      if (kind === undefined) return [unknownSubject(inside, isRuntime, [VM_OVER_CONTAINER])];
      return unitFaults(limits, kind === 'ratio' ? 'ratio' : metric.unit, inside);
    }),
  ];
}

function isBare({ everywhere, under }: MetricRule): boolean {
  return [everywhere, ...Object.values(under)].every(
    ({ max, min, regression }) => max === undefined && min === undefined && regression === undefined,
  );
}

function unitFaults(limits: Limits, unit: Unit | 'ratio', path: string[]): Fault[] {
  // Ratios and rates are written as plain numbers.
  const expected = unit === 'ms' || unit === 'bytes' ? unit : 'count';
  return (['max', 'min'] as const).flatMap((key) => {
    const said = limits[key];
    if (said === undefined || said.unit === expected) return [];
    return [
      {
        path: [...path, key],
        text: `${path.slice(1).join(' of ')} is limited by ${examples[unit]}; found ${said.text}`,
      },
    ];
  });
}

function serviceFaults({ services, scenarios }: GateFile, isRuntime: IsRuntime): Fault[] {
  if (services === undefined) return [];
  const path = ['services'];
  const left = scenarios !== undefined && !scenarios.includes('services');
  return [
    ...(left
      ? [
          {
            path,
            key: true,
            text: 'rules for services need the scenario services, which `scenarios` leaves out',
          },
        ]
      : []),
    ...ruleSets(services).flatMap(({ at, rules }) =>
      (['forbid', 'require'] as const).flatMap((key) =>
        rules[key].flatMap((name, index) => {
          const text = whyNoService(name);
          return text === undefined ? [] : [{ path: [...at, key, index], text }];
        }),
      ),
    ),
    ...Object.keys(services.under)
      .filter((subject) => subjectKind(subject, isRuntime) !== 'runtimes')
      .map((subject) => unknownSubject([...path, subject], isRuntime, [])),
  ];
}

/** What finds it is asked only where it is named. */
function expectedFaults({ expected, scenarios = [] }: GateFile): Fault[] {
  if (expected === undefined || findingQuestions.some(({ id }) => scenarios.includes(id))) return [];
  const needed = findingQuestions.map(({ id }) => id).join(' or ');
  return [
    {
      path: ['expected'],
      key: true,
      text: `\`expected\` needs the scenario ${needed}: name it in \`scenarios\``,
    },
  ];
}

function ruleSets({
  everywhere,
  under,
}: NonNullable<GateFile['services']>): { at: string[]; rules: ServiceRules }[] {
  return [
    { at: ['services'], rules: everywhere },
    ...Object.entries(under).map(([key, rules]) => ({ at: ['services', key], rules })),
  ];
}

/** Whether a text names a runtime of this gate; `listed` are those to suggest. */
interface IsRuntime {
  (id: string): boolean;
  listed: readonly string[];
}

/** Without a list in the file, every runtime there is: a record of any may be judged. */
function runtimeCheck(ids: readonly string[] | undefined, known: KnownNames): IsRuntime {
  if (ids !== undefined) return Object.assign((id: string) => ids.includes(id), { listed: ids });
  const isKnown = (text: string): boolean => {
    try {
      const [only, ...rest] = known.runtimes(text);
      return only?.id === text && rest.length === 0;
    } catch (error) {
      saidBy(error);
      return false;
    }
  };
  return Object.assign(isKnown, { listed: known.defaultRuntimes });
}

/** Enough for two runtimes with all their options; for each slash both sides are looked up. */
const MOST_CHARACTERS = 2000;

/** `runtimes`: a kind, or one of them. `ratio`: a VM over a container. */
function subjectKind(subject: string, isRuntime: IsRuntime): 'runtimes' | 'ratio' | undefined {
  if (subject === 'container' || subject === 'vm' || isRuntime(subject)) return 'runtimes';
  if (subject === VM_OVER_CONTAINER) return 'ratio';
  if (subject.length > MOST_CHARACTERS) return undefined;
  // An option of a runtime may have a slash too.
  const isPair = [...subject.matchAll(/ ?\/ ?/g)].some(
    ({ index, 0: slash }) =>
      isRuntime(subject.slice(0, index)) && isRuntime(subject.slice(index + slash.length)),
  );
  return isPair ? 'ratio' : undefined;
}

function unknownSubject(path: string[], isRuntime: IsRuntime, more: readonly string[]): Fault {
  const subject = String(path.at(-1));
  const known = ['container', 'vm', ...more, ...isRuntime.listed];
  return { path, key: true, text: `"${subject}" is no runtime of this gate; ${guess(subject, known)}` };
}
