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
import { needKind, type NeedKind } from '../host/limits/limit.ts';
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
 * What this host allows a fleet: memory, load, processes, time, and the limits of its kernel. Looked at before every
 * step and, as far as that is cheap, before every start.
 */
export interface Allowance {
  /** How far the next step may go: all the way, not so far, or nowhere; and why not. */
  reach(target: number): Promise<{ target: number; stop?: Stop }>;
  /** Why no more may be started now, where that is so. */
  mayStart(live: number): Promise<Stop | undefined>;
  /** From what the fleet takes now follows what the next ones will. */
  learn(step: StepReading): void;
  /** What became of an instance, with the limit of the host that it failed at, where it was one. */
  lossText(loss: Pick<Loss, 'error'>): string;
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
  const allowance = new HostAllowance(context, fleet);
  await allowance.checkPlan();
  return allowance;
}

class HostAllowance implements Allowance {
  private readonly kind: NeedKind;
  private readonly policy: SafetyPolicy;
  private readonly planned: number;
  /** The kernel's limits before the first instance, which what an instance takes is measured against. */
  private readonly before = readLimits();
  private readonly raised: RaisedLimit[] = [];
  /** What an instance takes of each limit: usual needs until a step was measured. */
  private needs: LimitNeeds;
  /** What the next instance may take; a guess until a step was measured. */
  private bytesPerInstance: number;
  private firstStep: StepReading | undefined;
  /** Whether it was said how many instances the memory is forecast to bear. */
  private forecastSaid = false;

  private readonly context: SurveyContext;
  private readonly fleet: Fleet;

  constructor(context: SurveyContext, fleet: Fleet) {
    this.context = context;
    this.fleet = fleet;
    const { description } = context.runtime;
    this.kind = needKind(description.kind, { userNamespace: description.isolation?.userNamespace ?? false });
    this.policy = policyOf(context);
    this.planned = context.plan.instances.at(-1) ?? 1;
    this.needs = usualNeeds(this.kind);
    this.bytesPerInstance = firstGuess(context);
  }

  async checkPlan(): Promise<void> {
    const early = checkLimits(this.kind, this.planned);
    if (this.context.plan.raiseLimits) await this.raise(early);
    else for (const { message, hint } of early.slice(0, 1)) this.context.note(`${message}; ${hint}`);
  }

  async reach(target: number): Promise<{ target: number; stop?: Stop }> {
    const limit = this.context.plan.until === 'failure' ? undefined : await this.bitingLimit(target);
    const verdict = await this.verdictOn(target, limit?.message);
    if (verdict.go) return { target };
    const { reason, message } = verdict;
    const live = this.live();
    const memory = this.forecastFor(target);
    const nearest = Math.min(target, memory.fits, limit?.fits ?? target);
    const isForecast = reason === 'memory' || reason === 'host-limit';
    return { target: isForecast ? Math.max(live, nearest) : live, stop: { reason, message } };
  }

  async mayStart(live: number): Promise<Stop | undefined> {
    const verdict = await this.verdictOn(live + 1);
    return verdict.go ? undefined : { reason: verdict.reason, message: verdict.message };
  }

  learn(step: StepReading): void {
    this.needs = forecastLimits(this.before, readLimits(), step.members.length, this.needs);
    this.bytesPerInstance = marginalBytes(this.firstStep ?? step, step) * MARGIN;
    // The first instance pays for what all share: what a further one costs is known from the second step on.
    if (this.firstStep === undefined) this.firstStep = step;
    else if (!this.forecastSaid) {
      const { message } = this.forecastFor(this.planned, step.members.length);
      if (message !== undefined) this.context.note(message);
      this.forecastSaid = true;
    }
  }

  lossText({ error }: Pick<Loss, 'error'>): string {
    const message = messageOf(error);
    const tail = error instanceof TwinbootError ? error.consoleTail.join('\n') : '';
    const limit = explainFailure(`${message}\n${tail}`, readLimits(), this.needs);
    return limit === undefined ? message : `${message}: ${limit.message}; ${limit.hint}`;
  }

  limits(): DensityReading['limits'] {
    return limitsOf(readLimits(), this.needs, this.raised);
  }

  release(): Promise<void> {
    return releaseInReverse(this.raised);
  }

  private live(): number {
    return this.fleet.members().length;
  }

  private forecastFor(target: number, live = this.live()): ReturnType<typeof forecastMemory> {
    const { bytesPerInstance } = this;
    return forecastMemory({ ...readHostState(), live, bytesPerInstance }, target, this.policy);
  }

  private async raise(findings: readonly LimitFinding[]): Promise<void> {
    const done = await raiseLimits(this.context.host, findings);
    this.raised.push(...done);
    for (const { where, before, raisedTo } of done)
      this.context.note(`${where} raised from ${before} to ${raisedTo} until the run ends`);
  }

  /** The tightest limit that this many instances exceed, after those that may be raised were raised. */
  private async bitingLimit(target: number): Promise<LimitFinding | undefined> {
    const look = (): LimitFinding[] =>
      limitsThatBite({ target, live: this.live() }, readLimits(), this.needs);
    const findings = look();
    if (findings.length === 0 || !this.context.plan.raiseLimits) return findings[0];
    await this.raise(findings);
    return look()[0];
  }

  /** The verdict on having this many; one that may pass comes after half a minute. */
  private verdictOn(next: number, hostLimit?: string): Promise<Verdict> {
    const look = (): Verdict => {
      const { bytesPerInstance } = this;
      const series = { elapsedMs: this.fleet.elapsedMs(), live: this.live(), next, bytesPerInstance };
      const limit = hostLimit === undefined ? {} : { hostLimit };
      return nextStepVerdict({ ...readHostState(), ...series, ...limit }, this.policy);
    };
    return lastingVerdict(look, () => {
      this.context.status('waiting for this host to come to rest');
      return untilAborted(sleep(PAUSE_MS), this.context.host.signal);
    });
  }
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
  return hostLimits.flatMap(({ id, title, where, knob, isFixed, tolerated }) => {
    const now = readings.get(id);
    const perInstance = needs.get(id) ?? 0;
    if (now === undefined || perInstance === 0) return [];
    const own = raised.filter((one) => one.id === id);
    const limit = own[0]?.before ?? now.limit;
    const raisedTo = own.at(-1)?.raisedTo;
    return [
      {
        ...{ id, title, where, limit, perInstance },
        ...(raisedTo === undefined ? {} : { raisedTo }),
        ...(isFixed
          ? { raisableTo: limit }
          : knob?.kind === 'sysctl'
            ? { raisableTo: Math.max(limit, knob.most) }
            : {}),
        ...(tolerated === undefined ? {} : { tolerated }),
      },
    ];
  });
}
