import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { requireNoLinks } from '../../core/below.ts';
import { defined } from '../../core/defined.ts';
import { errnoOf, messageOf, TwinbootError, usageError } from '../../core/error.ts';
import type { StructuralKind } from '../compare/comparison.ts';
import type { FailedBootsLimit } from '../failed-boots.ts';
import { nameFaults, type KnownNames, type NamedRuntime } from './check-names.ts';
import { readExpected, type ExpectedFile } from './expected-file.ts';
import { faultsError, parsePlaced } from './faults.ts';
import { gateFileSchema, type GateFile, type MetricRule, type ServiceRules } from './file-schema.ts';
import { schemaFaults } from './schema-faults.ts';

/** The gate's file where none is named. */
export const GATE_FILE = 'twinboot.yaml';

export interface Gate {
  /** As it was named on the command line. */
  file: string;
  /** What to run; what is absent is as `twinboot run` has it. */
  run: {
    image?: string;
    runtimes?: string[];
    scenarios?: string[];
    rounds?: number;
    warmup?: number;
    cache?: 'warm' | 'cold';
    memoryBytes?: number;
    cpus?: number;
    timeoutMs?: number;
    /** How scenarios of a fleet go on. */
    fleet?: { series?: number; instances?: number[]; bursts?: number[]; parallel?: number; reserve?: number };
  };
  /** The runtimes of the file; absent: those of the record. */
  runtimes?: NamedRuntime[];
  /** Folder of baselines, resolved against the file's own folder. */
  baselines: string;
  /** Bound on false alarms of the relative limits. */
  alpha: number;
  inconclusive: 'pass' | 'fail';
  maxFailedBoots: FailedBootsLimit;
  maxImageBytes?: number;
  metrics: Record<string, MetricRule>;
  services?: { everywhere: ServiceRules; under: Record<string, ServiceRules> };
  /** What boots may show although it is not clean. */
  expected?: ExpectedFile;
  forbidChanges: StructuralKind[];
}

/**
 * Errors (usage): `no-gate-file`, `unreadable-gate-file`, `link-in-the-way`, and those of `parseGate` and
 * `readExpected`.
 */
export async function readGate(file: string, known: KnownNames): Promise<Gate> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') {
      throw usageError('unreadable-gate-file', `cannot read ${file}: ${messageOf(error)}`, { cause: error });
    }
    throw usageError('no-gate-file', `there is no ${file}`, {
      hint: 'a gate can be as short as: metrics: { startup.ready: { max: 2 s } }',
    });
  }
  const gate = parseGate(text, file, known);
  requireNoLinks(dirname(file), relative(dirname(file), gate.baselines));
  if (gate.expected === undefined) return gate;
  const { name, path } = gate.expected;
  requireNoLinks(dirname(file), name);
  return { ...gate, expected: await readExpected(name, path, (text) => isRuntime(text, known)) };
}

/** Errors (usage): `bad-gate-file`, with every fault's line and column. */
export function parseGate(text: string, file: string, known: KnownNames): Gate {
  const document = parsePlaced(text, file);
  const parsed = gateFileSchema.safeParse(document.data);
  if (!parsed.success) throw faultsError(file, document, schemaFaults(parsed.error, document.data));
  const faults = nameFaults(parsed.data, known);
  if (faults.length > 0) throw faultsError(file, document, faults);
  return gateFrom(parsed.data, file, known);
}

function gateFrom(said: GateFile, file: string, known: KnownNames): Gate {
  const { series, instances, bursts, parallel, reserve } = said;
  const fleet = defined({ series, instances, bursts, parallel, reserve });
  return {
    file,
    run: defined({
      image: said.image,
      runtimes: said.runtimes,
      scenarios: said.scenarios,
      rounds: said.rounds,
      warmup: said.warmup,
      cache: said.cache,
      memoryBytes: said.memory,
      cpus: said.cpus,
      timeoutMs: said.timeout,
      ...(Object.keys(fleet).length > 0 && { fleet }),
    }),
    ...(said.runtimes && { runtimes: said.runtimes.flatMap((text) => known.runtimes(text)) }),
    baselines: resolve(dirname(file), said.baseline),
    alpha: said.alpha,
    inconclusive: said.inconclusive,
    maxFailedBoots: said['max-failed-boots'],
    ...defined({ maxImageBytes: said['max-image-size'] }),
    metrics: said.metrics,
    ...(said.services && { services: said.services }),
    ...(said.expected !== undefined && {
      expected: { name: said.expected, path: resolve(dirname(file), said.expected) },
    }),
    forbidChanges: said['forbid-changes'],
  };
}

function isRuntime(text: string, known: KnownNames): boolean {
  try {
    return known.runtimes(text).some(({ id }) => id === text);
  } catch (error) {
    if (!(error instanceof TwinbootError)) throw error;
    return false;
  }
}
