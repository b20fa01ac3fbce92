import { createRandom, type Random } from '../core/random.ts';
import { runError } from '../core/error.ts';
import type { RunRecord, Sample } from '../results/record.ts';

/** How far a repeated value may be from the one that it repeats, as a share of it. */
const JITTER = 0.05;

/**
 * A record of at least `count` samples, in whole rounds: the measured boots of a real one repeated, each time and size
 * in it moved by up to 5 %. The same seed gives the same record. Errors: `no-good-boot` where a runtime has none.
 */
export function enlargeRecord(record: RunRecord, count: number, seed: number): RunRecord {
  const random = createRandom(seed);
  const boots = record.runtimes.map(({ id }) => goodBoots(record, id));
  const rounds = Math.ceil(count / (record.runtimes.length * record.scenarios.length));
  const samples: Sample[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const [position, choices] of random.shuffle(boots).entries()) {
      const place = { round, order: position + 1, boot: `large-r${round}-${position + 1}` };
      const boot = choices[random.below(choices.length)] ?? [];
      samples.push(...boot.map((sample) => ({ ...jittered(sample, random), ...place })));
    }
  }
  return { ...record, plan: { ...record.plan, rounds, warmup: 0 }, samples };
}

/** The measured boots of a runtime that gave every scenario a sample, each as its samples. */
function goodBoots(record: RunRecord, runtime: string): Sample[][] {
  const measured = record.samples.filter(
    (sample) => sample.runtime === runtime && sample.phase === 'measured' && sample.outcome === 'ok',
  );
  const boots = [...new Set(measured.map(({ boot }) => boot))];
  const good = boots
    .map((boot) => measured.filter((sample) => sample.boot === boot))
    .filter((samples) => samples.length === record.scenarios.length);
  if (good.length === 0)
    throw runError('no-good-boot', `the record has no good boot of ${runtime} to repeat`);
  return good;
}

function jittered(sample: Sample, random: Random): Sample {
  const move = (value: number): number => value * (1 + JITTER * (2 * random.unit() - 1));
  return {
    ...sample,
    values: sample.values.map((value) =>
      value.unit === 'count' ? value : { ...value, value: move(value.value) },
    ),
    details: moveFigures(sample.details, move) as Sample['details'],
  };
}

/** Times and sizes say what they are by the end of their names. */
function moveFigures(node: unknown, move: (value: number) => number): unknown {
  if (Array.isArray(node)) return node.map((entry) => moveFigures(entry, move));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      typeof value === 'number' && /(Ms|Bytes)$/.test(key) ? move(value) : moveFigures(value, move),
    ]),
  );
}
