import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom } from '../core/random.ts';
import { formatMs } from '../core/units.ts';
import { plainName, plainRecipe } from '../harness/image/recipe.ts';
import { defaultRuntimes } from '../harness/runtimes/registry.ts';
import type { PreparedRuntime } from '../harness/runtimes/runtime.ts';
import { createBootstrap, type Bootstrap } from '../results/bootstrap.ts';
import type { ImageDescription } from '../results/record.ts';
import { median } from '../results/statistics.ts';
import { bootToMultiUser } from './boot-to-multi-user.ts';
import { alone } from './alone.ts';
import type { Benchmark, BenchmarkContext, Figure } from './benchmark.ts';
import { findImage, prepare } from './ground.ts';
import { planRounds } from './rounds.ts';

const BOUND_RATIO = 1.02;

/** One side of a comparison: a runtime booting one of the two images. */
interface Variant {
  name: string;
  prepared: PreparedRuntime;
  arrivalsMs: number[];
}

/** A runtime with both images. */
interface Pair {
  with: Variant;
  without: Variant;
}

export const observerEffect: Benchmark = {
  id: 'observer-effect',
  question: 'How much later does an image reach multi-user because twinboot’s agent is in it?',
  async measure(context) {
    const { image: withAgent } = await context.ground();
    const withoutAgent = await findImage(context.host, nameWithoutAgent(withAgent.description), context.note);
    const pairs: Pair[] = [];
    try {
      for (const spec of defaultRuntimes) {
        pairs.push({
          with: { name: `${spec} with agent`, ...(await side(context, spec, withAgent)) },
          without: { name: `${spec} without agent`, ...(await side(context, spec, withoutAgent)) },
        });
      }
      await alone(observerEffect.id, () => bootRounds(context, pairs));
    } finally {
      for (const { prepared } of pairs.flatMap(sidesOf)) await prepared.release();
    }
    const remark = packageRemark(withAgent.description, withoutAgent.description);
    const bootstrap = createBootstrap(context.options.seed);
    return pairs.flatMap((pair) => figuresOf(pair, bootstrap, remark));
  },
};

function nameWithoutAgent({ name }: ImageDescription): string {
  const recipe = plainRecipe(name);
  if (recipe === undefined) throw new Error(`the default image ${name} is no plain one`);
  return plainName(recipe.suite, recipe.boot, false);
}

async function side(
  { host, note }: BenchmarkContext,
  spec: string,
  image: Awaited<ReturnType<typeof findImage>>,
): Promise<Omit<Variant, 'name'>> {
  return { prepared: await prepare(host, spec, image, note), arrivalsMs: [] };
}

function sidesOf(pair: Pair): Variant[] {
  return [pair.with, pair.without];
}

/** All variants in one run, so that drift of the host hits both sides of each comparison alike. */
async function bootRounds({ host, options, note }: BenchmarkContext, pairs: readonly Pair[]): Promise<void> {
  const consoles = join(host.workFolder, 'observer-effect');
  await mkdir(consoles, { recursive: true });
  const ofKind = (kind: 'container' | 'vm'): Variant[] =>
    pairs.flatMap(sidesOf).filter(({ prepared }) => prepared.description.kind === kind);
  const rounds = planRounds(
    { items: ofKind('container'), rounds: options.rounds },
    { items: ofKind('vm'), rounds: options.vmRounds },
    createRandom(options.seed),
  );
  for (const { round, order, item: variant } of rounds) {
    const bootId = `self-${process.pid}-${round}-${order}`;
    const request = { bootId, consoleLog: join(consoles, `${bootId}.log`) };
    const arrivedMs = await bootToMultiUser(variant.prepared, request, host.signal);
    // The first round fills the page cache with both images and does not count.
    if (round > 0) variant.arrivalsMs.push(arrivedMs);
    const place = round === 0 ? 'warm-up' : `round ${round}`;
    note(`  ${place}: ${variant.name}: multi-user after ${formatMs(arrivedMs)}`);
  }
}

function figuresOf(pair: Pair, bootstrap: Bootstrap, remark: string | undefined): Figure[] {
  const above = pair.with.arrivalsMs;
  const below = pair.without.arrivalsMs;
  const { id, emulated } = pair.with.prepared.description;
  const interval = bootstrap.ratio(above, below);
  return [
    {
      title: `${id}: multi-user with the agent over without it, ratio of medians`,
      unit: 'ratio',
      value: (median(above) ?? NaN) / (median(below) ?? NaN),
      ...(interval && { interval }),
      n: Math.min(above.length, below.length),
      bound: BOUND_RATIO,
      emulated,
      ...(remark === undefined ? {} : { remark }),
    },
    ...sidesOf(pair).map(({ arrivalsMs }, index): Figure => {
      const ofMedian = bootstrap.median(arrivalsMs);
      return {
        title: `  ${index === 0 ? 'with' : 'without'} the agent, median`,
        unit: 'ms',
        value: median(arrivalsMs) ?? NaN,
        ...(ofMedian && { interval: ofMedian }),
        n: arrivalsMs.length,
        emulated,
      };
    }),
  ];
}

/** The two images may have been built on different days, from different states of the mirror. */
function packageRemark(first: ImageDescription, second: ImageDescription): string | undefined {
  const [one, other] = [first, second].map(
    ({ packages }) => new Set(packages.map(({ name, version }) => `${name} ${version}`)),
  ) as [Set<string>, Set<string>];
  const different = [...one, ...other].filter((name) => !(one.has(name) && other.has(name)));
  return different.length === 0
    ? undefined
    : `the images differ in packages too, build both anew: ${different.join(', ')}`;
}
