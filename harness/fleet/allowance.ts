import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, TwinbootError } from '../../core/error.ts';
import { MIB } from '../../core/units.ts';
import type { Stop } from '../../results/fleet/density.ts';
import { explainFailure } from '../host/limits/explain.ts';
import {
  checkLimits,
  forecastLimits,
  limitsThatBite,
  usualNeeds,
  type LimitFinding,
  type LimitNeeds,
} from '../host/limits/forecast.ts';
import { needKind } from '../host/limits/limit.ts';
import { raiseLimits, type RaisedLimit } from '../host/limits/raise.ts';
import { hostLimits, readLimits, type LimitReadings } from '../host/limits/registry.ts';
import { releaseInReverse } from '../process/leases.ts';
import { untilAborted } from '../runtimes/ready.ts';
import type { Fleet, Loss } from './fleet.ts';
import type { DensityReading, StepReading } from '../contract/fleet-readings.ts';
import {
  defaultPolicy,
  forecastMemory,
  lastingVerdict,
  nextStepVerdict,
  readHostState,
  type SafetyPolicy,
  type Verdict,
} from './safety.ts';
import type { SurveyContext } from './survey.ts';

/**
 * What this host allows a fleet: memory, load, processes, time, and the limits of its kernel. Looked at before every step and,
 * as far as that is cheap, before every start.
 */
export interface Allowance {
  /** How far the next step may go: all the way, not so far, or nowhere; and why not. */
  reach(target: number): Promise<{ target: number; stop?: Stop }>;
  /** Why no more may be started now, where that is so. */
  mayStart(live: number): Promise<Stop | undefined>;
  /** From what the fleet takes now follows what the next ones will. */
  learn(step: StepReading): void;
  /** What became of an instance, with the limit of the host that it failed at, where it was one. */
  lossWords(loss: Pick<Loss, 'error'>): string;
  /** What the kernel's limits are and what an instance takes of them. */
  limits(): DensityReading['limits'];
  /** Puts back what was raised. */
  release(): Promise<void>;
}

/** Measured marginal costs are medians of what was: the next one may take more. */
const MARGIN = 1.25;
const PAUSE_MS = 1000;
/** What an instance may take before any was measured: a Debian container, and a VMM beside its guest's RAM. */
const FIRST_GUESS_BYTES = { container: 128 * MIB, vm: 256 * MIB };

/** Says at once which limits of the host the planned fleet runs into, or raises them where that was asked for. */
export async function openAllowance(context: SurveyContext, fleet: Fleet): Promise<Allowance> {
  const { description } = context.runtime;
  const kind = needKind(description.kind, { userNamespace: description.isolation?.userNamespace ?? false });
  const policy = policyOf(context);
  const before = readLimits();
  const raised: RaisedLimit[] = [];
  const planned = context.plan.instances.at(-1) ?? 1;
  let needs = usualNeeds(kind);
  let bytesPerInstance = firstGuess(context);
  let firstStep: StepReading | undefined;
  let forecastSaid = false;

  async function raise(findings: readonly LimitFinding[]): Promise<void> {
    const done = await raiseLimits(context.host, findings);
    raised.push(...done);
    for (const { where, before: from, raisedTo } of done)
      context.note(`${where} raised from ${from} to ${raisedTo} until the run ends`);
  }

  /** The tightest limit that so many run into, after those that may be raised were raised. */
  async function bitingLimit(target: number): Promise<LimitFinding | undefined> {
    const look = (): LimitFinding[] =>
      limitsThatBite({ target, live: fleet.members().length }, readLimits(), needs);
    const findings = look();
    if (findings.length === 0 || !context.plan.raiseLimits) return findings[0];
    await raise(findings);
    return look()[0];
  }

  /** The verdict on having this many; one that may pass comes after half a minute. */
  function verdictOn(next: number, hostLimit?: string): Promise<Verdict> {
    const look = (): Verdict => {
      const live = fleet.members().length;
      const series = { elapsedMs: fleet.elapsedMs(), live, next, bytesPerInstance };
      return nextStepVerdict(
        { ...readHostState(), ...series, ...(hostLimit === undefined ? {} : { hostLimit }) },
        policy,
      );
    };
    return lastingVerdict(look, () => {
      context.status('waiting for this host to come to rest');
      return untilAborted(sleep(PAUSE_MS), context.host.signal);
    });
  }

  const early = checkLimits(kind, planned);
  if (context.plan.raiseLimits) await raise(early);
  else for (const { message, hint } of early.slice(0, 1)) context.note(`${message}; ${hint}`);

  return {
    async reach(target) {
      const limit = context.plan.until === 'failure' ? undefined : await bitingLimit(target);
      const verdict = await verdictOn(target, limit?.message);
      if (verdict.go) return { target };
      const { reason, message } = verdict;
      const live = fleet.members().length;
      const memory = forecastMemory({ ...readHostState(), live, bytesPerInstance }, target, policy);
      const nearest = Math.min(target, memory.fits, limit?.fits ?? target);
      const isForecast = reason === 'memory' || reason === 'host-limit';
      return { target: isForecast ? Math.max(live, nearest) : live, stop: { reason, message } };
    },
    async mayStart(live) {
      const verdict = await verdictOn(live + 1);
      return verdict.go ? undefined : { reason: verdict.reason, message: verdict.message };
    },
    learn(step) {
      const { members } = step;
      needs = forecastLimits(before, readLimits(), members.length, needs);
      bytesPerInstance = marginalBytes(firstStep ?? step, step) * MARGIN;
      // The first instance pays for what all share: what a further one costs is known from the second step on.
      if (firstStep === undefined) firstStep = step;
      else if (!forecastSaid) {
        const host = { ...readHostState(), live: members.length, bytesPerInstance };
        const { message } = forecastMemory(host, planned, policy);
        if (message !== undefined) context.note(message);
        forecastSaid = true;
      }
    },
    lossWords({ error }) {
      const said = messageOf(error);
      const tail = error instanceof TwinbootError ? error.consoleTail.join('\n') : '';
      const limit = explainFailure(`${said}\n${tail}`, readLimits(), needs);
      return limit === undefined ? said : `${said}: ${limit.message}; ${limit.hint}`;
    },
    limits: () => limitsOf(readLimits(), needs, raised),
    async release() {
      await releaseInReverse(raised);
    },
  };
}

function policyOf({ plan }: SurveyContext): SafetyPolicy {
  const policy = defaultPolicy(readHostState().totalBytes);
  return plan.reserveBytes === undefined ? policy : { ...policy, reserveBytes: plan.reserveBytes };
}

function firstGuess({ runtime: { description, memoryBytes } }: SurveyContext): number {
  const { kind } = description;
  return kind === 'vm'
    ? memoryBytes + FIRST_GUESS_BYTES.vm
    : Math.min(memoryBytes, FIRST_GUESS_BYTES.container);
}

/** By charge, which counts the page cache that a host could take back: the safe side. Of one step alone, all of it. */
function marginalBytes(first: StepReading, last: StepReading): number {
  const total = ({ members }: StepReading): number =>
    members.reduce((sum, { cgroup }) => sum + cgroup.totalBytes, 0);
  const further = last.members.length - first.members.length;
  return further > 0
    ? Math.max(0, (total(last) - total(first)) / further)
    : total(last) / Math.max(1, last.members.length);
}

function limitsOf(
  readings: LimitReadings,
  needs: LimitNeeds,
  raised: readonly RaisedLimit[],
): DensityReading['limits'] {
  return hostLimits.flatMap(({ id, title, where }) => {
    const now = readings.get(id);
    const perInstance = needs.get(id) ?? 0;
    if (now === undefined || perInstance === 0) return [];
    const own = raised.filter((one) => one.id === id);
    const limit = own[0]?.before ?? now.limit;
    const raisedTo = own.at(-1)?.raisedTo;
    return [{ id, title, where, limit, perInstance, ...(raisedTo === undefined ? {} : { raisedTo }) }];
  });
}
