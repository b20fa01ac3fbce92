import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runError } from '../core/error.ts';
import { createRandom } from '../core/random.ts';
import { formatMs } from '../core/units.ts';
import { plainName, plainRecipe } from '../harness/image/recipe.ts';
import { presets } from '../harness/runtimes/registry.ts';
import type { PreparedRuntime } from '../harness/runtimes/runtime.ts';
import { planBoots } from '../harness/schedule/order.ts';
import {
  createBootstrap,
  estimateMedian,
  estimateRatio,
  type Bootstrap,
} from '../results/statistics/bootstrap.ts';
import type { ImageDescription, RuntimeKind } from '../results/record.ts';
import { bootToMultiUser } from './boot-to-multi-user.ts';
import { alone, findImage, prepare } from './ground.ts';
import type { Benchmark, BenchmarkContext, Figure } from './benchmark.ts';

const BOUND_RATIO = 1.02;

/** One side of a comparison: a runtime booting one of the two images. */
interface Variant {
  name: string;
  prepared: PreparedRuntime;
  /** Of the boots that count; `undefined` for one whose line was lost. */
  arrivalsMs: (number | undefined)[];
}

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
      for (const spec of presets.default) {
        pairs.push({
          with: { name: `${spec} with agent`, ...(await side(context, spec, withAgent)) },
          without: { name: `${spec} without agent`, ...(await side(context, spec, withoutAgent)) },
        });
      }
      await alone(observerEffect.id, async () => {
        for (const kind of ['container', 'vm'] as const) await bootRounds(context, pairs, kind);
      });
    } finally {
      for (const { prepared } of pairs.flatMap(sidesOf)) await prepared.release();
    }
    const remark = packageRemark(withAgent.description, withoutAgent.description);
    const bootstrap = createBootstrap(context.options.seed);
    // A runtime that was given no rounds has nothing to say.
    return pairs
      .filter((pair) => pair.with.arrivalsMs.length > 0)
      .flatMap((pair) => figuresOf(pair, bootstrap, remark));
  },
};

function nameWithoutAgent({ name }: ImageDescription): string {
  const recipe = plainRecipe(name);
  if (recipe === undefined) throw new Error(`the default image ${name} is no plain one`);
  return plainName({ ...recipe, agent: false });
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

/** Both sides of a comparison are in every round, so that drift of the host hits them alike. */
async function bootRounds(
  { host, options, note }: BenchmarkContext,
  pairs: readonly Pair[],
  kind: RuntimeKind,
): Promise<void> {
  const consoles = join(host.workFolder, 'observer-effect');
  await mkdir(consoles, { recursive: true });
  const variants = new Map(
    pairs
      .flatMap(sidesOf)
      .filter(({ prepared }) => prepared.description.kind === kind)
      .map((variant) => [variant.name, variant]),
  );
  const measured = kind === 'vm' ? options.vmRounds : options.rounds;
  // The warm-up round fills the page cache with both images and does not count.
  const rounds = { warmup: Math.min(1, measured), measured };
  for (const { phase, round, order, runtime } of planBoots(
    [...variants.keys()],
    rounds,
    createRandom(options.seed),
  )) {
    const variant = variants.get(runtime);
    if (variant === undefined) continue;
    const bootId = `self-${process.pid}-${kind}-${phase}-${round}-${order}`;
    const request = { bootId, consoleLog: join(consoles, `${bootId}.log`) };
    const arrivedMs = await bootToMultiUser(variant.prepared, request, host.signal);
    if (phase === 'measured') variant.arrivalsMs.push(arrivedMs);
    const outcome = arrivedMs === undefined ? 'its line was lost' : `multi-user after ${formatMs(arrivedMs)}`;
    note(`  ${phase} ${round}: ${runtime}: ${outcome}`);
  }
}

function figuresOf(pair: Pair, bootstrap: Bootstrap, remark: string | undefined): Figure[] {
  const above = arrivedOf(pair.with);
  const below = arrivedOf(pair.without);
  const { id, emulated } = pair.with.prepared.description;
  const remarks = [lostRemark(pair), remark].filter((text) => text !== undefined);
  return [
    {
      title: `${id}: multi-user with the agent over without it, ratio of medians`,
      unit: 'ratio',
      ...estimateRatio(above, below, bootstrap),
      bound: BOUND_RATIO,
      emulated,
      ...(remarks.length > 0 && { remark: remarks.join('; ') }),
    },
    { title: '  with the agent, median', unit: 'ms', ...estimateMedian(above, bootstrap), emulated },
    { title: '  without the agent, median', unit: 'ms', ...estimateMedian(below, bootstrap), emulated },
  ];
}

/** Errors: `no-arrival` where every boot lost its line. */
function arrivedOf({ arrivalsMs }: Variant): number[] {
  const found = known(arrivalsMs);
  if (found.length > 0) return found;
  throw runError('no-arrival', 'no boot’s console said that multi-user was reached');
}

function known(arrivalsMs: Variant['arrivalsMs']): number[] {
  return arrivalsMs.filter((arrivedMs) => arrivedMs !== undefined);
}

function lostRemark(pair: Pair): string | undefined {
  const [lost, lostWithout] = [pair.with, pair.without].map(
    ({ arrivalsMs }) => arrivalsMs.length - known(arrivalsMs).length,
  ) as [number, number];
  if (lost + lostWithout === 0) return undefined;
  return (
    `of ${pair.with.arrivalsMs.length} boots with the agent and ${pair.without.arrivalsMs.length} without, ` +
    `${lost} and ${lostWithout} lost the line when getty flushed the console, and do not count`
  );
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
