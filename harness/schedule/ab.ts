import { usageError } from '../../core/error.ts';
import { createRandom, type Random } from '../../core/random.ts';
import type { RunRecord } from '../../results/record.ts';
import type { HostContext } from '../host/context.ts';
import { openRun, type OpenRun } from './open-run.ts';
import type { PlannedBoot } from './order.ts';
import type { AbRequest, RunListener } from './request.ts';
import { untilInterrupted } from './run.ts';

export interface AbResult {
  a: RunRecord;
  b: RunRecord;
  /** `given-up`: of every pair a side is hopeless. */
  end: 'decided' | 'max-rounds' | 'max-time' | 'given-up' | 'interrupted';
  /** Measured rounds that were finished. */
  rounds: number;
}

export interface SidedBoot {
  side: 'a' | 'b';
  boot: PlannedBoot;
}

/**
 * Boots both sides round by round on one host, each round every pair of runtimes, until everything is decided or no
 * more rounds or time are left. Both records are saved after every boot, as in `executeRun`.
 */
export async function executeAb(host: HostContext, request: AbRequest): Promise<AbResult> {
  const { listener } = request.a;
  const sides: Sides = {
    a: await openRun(host, { ...request.a, listener: listenerOf('a', listener) }),
    b: await openRun(host, { ...request.b, listener: listenerOf('b', listener) }),
  };
  try {
    requireSameKind(sides);
    const progress = await bootRounds(host, request, sides);
    for (const side of Object.values(sides)) await side.end();
    return { a: sides.a.record, b: sides.b.record, ...progress };
  } finally {
    for (const side of Object.values(sides)) await side.release();
  }
}

type Sides = Record<SidedBoot['side'], OpenRun>;

async function bootRounds(
  host: HostContext,
  request: AbRequest,
  sides: Sides,
): Promise<Pick<AbResult, 'end' | 'rounds'>> {
  const startedMs = performance.now();
  const { listener } = request.a;
  const plan = planAbRounds(runtimeIds(sides.a), runtimeIds(sides.b), request, createRandom(request.seed));
  const total = plan.flat().length;
  listener.plan(plan.flat().map(named));
  let rounds = 0;
  let end: AbResult['end'] = 'max-rounds';
  await untilInterrupted(host.signal, async () => {
    for (const [index, round] of plan.entries()) {
      const isMeasured = round[0]?.boot.phase === 'measured';
      if (isMeasured && rounds > 0 && performance.now() - startedMs > request.maxMs) {
        end = 'max-time';
        return;
      }
      // Asked once a round, so that the other side of a pair has a value in each round that was begun.
      const left = round.filter((sided) => !isGivenUp(sides, sided));
      if (left.length === 0) {
        end = 'given-up';
        return;
      }
      for (const [position, { side, boot }] of left.entries()) {
        host.signal.throwIfAborted();
        listener.bootBegins(named({ side, boot }), index * round.length + position, total);
        await sides[side].boot(boot);
      }
      if (isMeasured) rounds += 1;
      if (isMeasured && request.isDecided(rounds, sides.a.record, sides.b.record)) {
        end = 'decided';
        return;
      }
    }
  });
  return { end: host.signal.aborted ? 'interrupted' : end, rounds };
}

/** A pair is given up when one of its sides is hopeless: the other alone says nothing. */
function isGivenUp(sides: Sides, { side, boot }: SidedBoot): boolean {
  const place = runtimeIds(sides[side]).indexOf(boot.runtime);
  return Object.values(sides).some((run) => run.hasGivenUp(runtimeIds(run)[place] ?? ''));
}

/** An emulated figure says nothing about one of KVM, so that not a single round is worth its time. */
function requireSameKind({ a, b }: Sides): void {
  a.record.runtimes.forEach((runtime, index) => {
    const other = b.record.runtimes[index];
    if (other === undefined || other.emulated === runtime.emulated) return;
    const [emulated, real] = runtime.emulated ? [runtime, other] : [other, runtime];
    throw usageError(
      'emulated-against-kvm',
      `${emulated.id} is emulated (TCG) and ${real.id} is not: such figures are never compared`,
      { hint: 'the same accelerator on both sides: accel=tcg, or accel=kvm where KVM works' },
    );
  });
}

/**
 * Every round boots the pairs in shuffled order, and the two of a pair one right after the other. Which side of a pair
 * is first alternates from round to round, begun by a coin: what the first boot does to the second hits both sides
 * alike.
 */
export function planAbRounds(
  a: readonly string[],
  b: readonly string[],
  { warmup, maxRounds }: Pick<AbRequest, 'warmup' | 'maxRounds'>,
  random: Random,
): SidedBoot[][] {
  const pairs = a.map((runtime, index) => ({ a: runtime, b: b[index] ?? runtime, coin: random.below(2) }));
  const roundsOf = (phase: PlannedBoot['phase'], count: number): SidedBoot[][] =>
    Array.from({ length: count }, (_, index) =>
      random
        .shuffle(pairs)
        .flatMap((pair) => {
          const sides = (index + pair.coin) % 2 === 0 ? (['a', 'b'] as const) : (['b', 'a'] as const);
          return sides.map((side) => ({ side, runtime: pair[side] }));
        })
        .map(({ side, runtime }, position) => ({
          side,
          boot: { phase, round: index + 1, order: position + 1, runtime },
        })),
    );
  return [...roundsOf('warmup', warmup), ...roundsOf('measured', maxRounds)];
}

/** For people a boot is one of `A: nspawn` or `B: nspawn`. */
function named({ side, boot }: SidedBoot): PlannedBoot {
  return { ...boot, runtime: `${side.toUpperCase()}: ${boot.runtime}` };
}

function listenerOf(side: SidedBoot['side'], listener: RunListener): RunListener {
  return {
    ...listener,
    note: (message) => listener.note(`${side.toUpperCase()}: ${message}`),
    bootEnds: (boot, samples, result) => listener.bootEnds(named({ side, boot }), samples, result),
  };
}

function runtimeIds({ record }: OpenRun): string[] {
  return record.runtimes.map(({ id }) => id);
}
