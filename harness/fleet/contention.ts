import { messageOf, runError } from '../../core/error.ts';
import { nsToMs } from '../../core/clock.ts';
import { plainLine } from '../../core/text.ts';
import { formatCount, formatFactor } from '../../core/words.ts';
import type { ContentionReading, ContentionRound } from '../contract/fleet-readings.ts';
import type { Answer } from '../guest/agent.ts';
import { stopStressCommand, stressCommand } from '../guest/sent-program.ts';
import { ask } from '../observe/ask.ts';
import { workInside } from '../observe/work-inside.ts';
import { parseStressDone, stressors, type Stressor } from '../parse/stress.ts';
import type { WorkFigures } from '../parse/work.ts';
import { asTwinbootError, interrupted, untilAborted } from '../runtimes/ready.ts';
import { openAllowance, type Allowance } from './allowance.ts';
import type { Fleet, Member } from './fleet.ts';
import { settleFleet } from './settle-fleet.ts';
import { fleetFor, type Survey, type SurveyContext } from './survey.ts';

/** Until a stressor does what it does: memory has to be filled, processes to be made. */
const RAMP_MS = 2000;
/** Until its traces are gone: pages that are written back, processes that end. */
const REST_MS = 2000;
/** An emulated guest that is short of everything needs a minute to begin, or to end, what it does. */
const STRESS_DEADLINE_MS = 150_000;

/**
 * Two instances, each with its own limits. One stresses its own, one stressor after the other; its neighbour works, and
 * works alone before and after each. After Matthews et al., "Quantifying the performance isolation properties of
 * virtualization systems" (ExpCS 2007), with this work in the place of their web server.
 */
export const contentionSurvey: Survey<ContentionReading> = {
  async take(context, grown) {
    const reading: ContentionReading = { rounds: [] };
    let pair: Pair | undefined;
    try {
      for (const stressor of stressors) {
        pair ??= await openPair(context, stressor);
        const round = await stress(context, pair, stressor);
        reading.rounds.push(round);
        context.note(roundText(round));
        await grown(reading);
        // One that a stressor brought down, or that does not let go of it, is no neighbour for the next.
        if (round.reason !== undefined) {
          await closePair(pair);
          pair = undefined;
        }
      }
      context.status('stopping 2 instances');
      await pair?.fleet.stop();
    } finally {
      if (pair !== undefined) await closePair(pair);
    }
    return reading;
  },
};

interface Pair {
  fleet: Fleet;
  allowance: Allowance;
  neighbour: Member;
  stressed: Member;
  /** The work that was done last beside an idle instance. */
  quiet?: WorkFigures;
}

/** Errors: that of the instance that does not get ready; `host-too-small`. */
async function openPair(context: SurveyContext, name: string): Promise<Pair> {
  const fleet = fleetFor(context, name);
  const plan = { ...context.plan, instances: [2] };
  const allowance = await openAllowance({ ...context, plan }, fleet);
  try {
    const { stop } = await allowance.reach(2);
    if (stop !== undefined) throw runError('host-too-small', stop.message);
    context.status('starting 2 instances');
    await fleet.grow(2, 1);
    const [neighbour, stressed] = fleet.members();
    if (neighbour === undefined || stressed === undefined) {
      throw asTwinbootError(fleet.lost[0]?.error ?? 'an instance did not start');
    }
    context.status('waiting until both have settled');
    await untilAborted(settleFleet([neighbour, stressed], false), context.host.signal);
    return { fleet, allowance, neighbour, stressed };
  } catch (error) {
    await closePair({ fleet, allowance });
    throw error;
  }
}

async function closePair({ fleet, allowance }: Pick<Pair, 'fleet' | 'allowance'>): Promise<void> {
  await fleet.kill();
  await allowance.release();
}

async function stress(context: SurveyContext, pair: Pair, stressor: Stressor): Promise<ContentionRound> {
  const { signal } = context.host;
  const { instance } = pair.stressed;
  const work = (): Promise<WorkFigures> => untilAborted(workInside(pair.neighbour.instance.agent), signal);
  const inStressed = (command: string): Promise<Answer> =>
    untilAborted(ask(instance.agent, 'exec', command, [0], STRESS_DEADLINE_MS), signal);
  const round: ContentionRound = { stressor, quiet: [] };
  try {
    context.status(`one of two instances works beside an idle one, before ${stressor}`);
    round.quiet.push(pair.quiet ?? (await work()));
    context.status(`one of two instances works beside ${stressor}`);
    await inStressed(stressCommand(stressor, context.runtime.memoryBytes));
    await untilAborted(instance.clock.sleep(RAMP_MS), signal);
    const spent = await readCpu(pair.stressed);
    round.stressed = await work();
    const cpus = await cpusSince(pair.stressed, spent);
    if (cpus !== undefined) round.stressorCpus = cpus;
    const done = parseStressDone((await inStressed(stopStressCommand())).lines);
    if (done === undefined) throw runError('no-stress', 'the stressor does not say what it did');
    round.done = done;
    await untilAborted(instance.clock.sleep(REST_MS), signal);
    pair.quiet = await work();
    round.quiet.push(pair.quiet);
  } catch (error) {
    if (signal.aborted) throw interrupted();
    round.reason = whatFailed(pair, error);
  }
  return round;
}

interface Cpu {
  atNs: bigint;
  ms: number | undefined;
}

async function readCpu({ instance }: Member): Promise<Cpu> {
  return { atNs: instance.clock.nowNs(), ms: await instance.meters.cpuMs() };
}

async function cpusSince(member: Member, before: Cpu): Promise<number | undefined> {
  const now = await readCpu(member);
  if (now.ms === undefined || before.ms === undefined || now.atNs <= before.atNs) return undefined;
  return (now.ms - before.ms) / nsToMs(now.atNs - before.atNs);
}

/** An instance that ended tells more than the question that it did not answer. */
function whatFailed({ fleet, allowance, neighbour }: Pair, error: unknown): string {
  const [loss] = fleet.lost;
  if (loss === undefined) return plainLine(messageOf(error), 300);
  const who = loss.number === neighbour.number ? 'the neighbour' : 'the stressed instance';
  return plainLine(`${who}: ${allowance.lossText(loss)}`, 300);
}

/** `worked beside memory: 26 rounds on 0.972 CPUs, begun anew 3 times` */
function roundText({ stressor, done, stressorCpus, reason }: ContentionRound): string {
  if (reason !== undefined) return `beside ${stressor}: ${reason}`;
  const rounds = done === undefined ? '' : `: ${formatCount(done.rounds, 'round')}`;
  const anew = done === undefined || done.ended === 0 ? '' : `, begun anew ${done.ended} times`;
  const cpus = stressorCpus === undefined ? '' : ` on ${formatFactor(stressorCpus)} CPUs`;
  return `worked beside ${stressor}${rounds}${cpus}${anew}`;
}
