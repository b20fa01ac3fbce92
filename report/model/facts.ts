import { plainLine } from '../../core/text.ts';
import { formatBytes, formatMs } from '../../core/units.ts';
import { formatCount, formatList } from '../../core/words.ts';
import type {
  HostDescription,
  RecordedIsolation,
  RunPlan,
  RunRecord,
  RuntimeKind,
} from '../../results/record.ts';
import { markSymbol } from '../../results/marks.ts';
import { WARM_BOOTS } from '../../results/warm.ts';
import { hypervisorText } from '../../results/virtualization.ts';
import { formatTime } from '../../results/tables/format.ts';
import type { Context } from '../../results/tables/context.ts';
import { lastRound } from '../../results/samples.ts';

/** A term and what is to be said about it. */
export interface Fact {
  term: string;
  text: string;
}

export function hostFacts({ record: { host } }: Context): Fact[] {
  return [
    { term: 'Distribution', text: plainLine(host.distribution) },
    { term: 'Kernel', text: plainLine(`${host.kernel} (${host.arch})`) },
    { term: 'CPU', text: plainLine(`${host.cpuModel}, ${formatCount(host.cpus, 'CPU')}`) },
    { term: 'Memory', text: formatBytes(host.memoryBytes) },
    { term: 'cgroups', text: host.cgroupMode },
    { term: 'Init', text: plainLine(host.init) },
    { term: 'Virtualization', text: virtualizationText(host) },
    ...(host.machine === undefined ? [] : [{ term: 'Machine', text: plainLine(host.machine) }]),
    { term: 'Fingerprint', text: plainLine(host.fingerprint) },
  ];
}

/** Older records hold the maker's words, which are shown as they are. */
function virtualizationText({ virtualization }: HostDescription): string {
  if (virtualization === undefined) return 'none found';
  if (virtualization === 'none') return 'none: bare metal';
  return `itself a virtual machine (${plainLine(hypervisorText(virtualization))})`;
}

export function imageFacts({ record: { image } }: Context): Fact[] {
  const boot = {
    settled: 'settled: first-boot work was done when the image was built',
    first: 'first: every boot is a first boot, with its first-boot work',
  }[image.boot];
  return [
    { term: 'Name', text: plainLine(image.name) },
    { term: 'Distribution', text: plainLine(`${image.distribution} ${image.suite}`) },
    { term: 'Digest (SHA-256)', text: plainLine(image.digest) },
    { term: 'Size', text: `${formatBytes(image.bytes)} disk, ${formatBytes(image.usedBytes)} of files` },
    { term: 'Packages', text: String(image.packages.length) },
    { term: 'Kernel', text: plainLine(image.kernel) },
    { term: 'Init', text: plainLine(image.initSystem) },
    { term: 'Boot mode', text: boot },
    { term: 'Built', text: formatTime(image.builtAt) },
    {
      term: 'Added by twinboot',
      text:
        image.added.length === 0 ? 'nothing' : image.added.map((sentence) => plainLine(sentence)).join(' '),
    },
  ];
}

export function runtimeFacts({ runtimes }: Context): Fact[] {
  return runtimes.map((runtime) => {
    const { description } = runtime;
    const options = Object.entries(description.options).map(([key, value]) => `${key}=${value}`);
    const acceleration =
      description.accelerator === undefined
        ? []
        : [
            `accelerator ${description.accelerator}`,
            ...(description.acceleratorReason === undefined
              ? []
              : [`because ${description.acceleratorReason}`]),
          ];
    const parts = [
      `${description.kind === 'vm' ? 'VM' : 'container'}, ${description.runtime} ${description.version ?? '(version unknown)'}`,
      ...(options.length === 0 ? [] : [options.join(' ')]),
      ...acceleration,
      ...(description.isolation === undefined ? [] : [isolationText(description.isolation)]),
      ...(runtime.mark === undefined ? [] : [runtime.mark]),
    ];
    return { term: runtime.name, text: plainLine(parts.join('; '), 600) };
  });
}

function isolationText(isolation: RecordedIsolation): string {
  const {
    kernel,
    userNamespace,
    hostUser,
    capabilities,
    seccomp,
    devices,
    maxTasks,
    missing = [],
  } = isolation;
  return [
    `isolation${isolation.source === 'read' ? ', read while it ran' : ''}: ${kernel ?? 'unknown'} kernel`,
    ...(kernel === 'own' || userNamespace === undefined
      ? []
      : [userNamespace ? 'user namespace' : 'no user namespace']),
    ...(hostUser === undefined ? [] : [`user ${hostUser} of the host`]),
    ...(capabilities === undefined
      ? []
      : [`capabilities ${userNamespace === true ? 'in it' : 'on the host'} ${capabilities}`]),
    ...(seccomp === undefined ? [] : [seccomp ? 'seccomp' : 'no seccomp']),
    ...(devices === undefined ? [] : [`devices: ${devices}`]),
    ...(maxTasks === undefined ? [] : [`at most ${maxTasks} tasks`]),
    ...missing.map(({ fact, reason }) => `${fact} unknown: ${reason}`),
  ].join(', ');
}

/** How the figures were come by: of what was done alone. */
export function methodFacts({ record }: Context): Fact[] {
  const { plan } = record;
  return [
    {
      term: 'Clock',
      text: "t0 is the host's CLOCK_MONOTONIC immediately before the runtime's process is spawned. Every time is in ms since t0 on that clock; guest clocks are converted to it, and wall clocks are never compared.",
    },
    ...(plan.rounds > 0 ? roundFacts(record) : []),
    { term: 'Limits', text: limitsText(record) },
    ...(plan.rounds > 0 ? [statisticsFact, driftFact] : []),
    {
      term: 'Run',
      text: plainLine(
        `${record.id} by ${record.tool.name} ${record.tool.version}, ${record.state}; started ${formatTime(record.startedAt)}` +
          (record.endedAt === undefined ? '' : `, ended ${formatTime(record.endedAt)}`),
      ),
    },
  ];
}

function roundFacts(record: RunRecord): Fact[] {
  const { plan } = record;
  return [
    {
      term: 'Rounds',
      text: `${formatCount(plan.rounds, 'measured round')} after ${warmupText(record)}, which the record keeps and nothing counts. Each round boots every runtime once.`,
    },
    {
      term: 'Order',
      text: `Interleaved: shuffled anew in each round with seed ${plan.seed}, so that drift of the host hits all runtimes alike.`,
    },
    { term: 'Cache', text: cacheTexts[plan.cache] },
  ];
}

/** How many rounds of warm-up there were, and what that proves. */
function warmupText(record: RunRecord): string {
  const { plan } = record;
  if (plan.warmupUntil !== 'steady') {
    const unproven =
      plan.warmup === 0 ? '' : ' (a number that was chosen: that the host was warm by then is not tested)';
    return `${formatCount(plan.warmup, 'warm-up round')}${unproven}`;
  }
  const done = lastRound(record, 'warmup');
  return `${formatCount(done, 'warm-up round')} (auto: until the last ${WARM_BOOTS} times to ready of no runtime went one way, ${plan.warmup} at most)`;
}

const cacheTexts: Readonly<Record<RunPlan['cache'], string>> = {
  warm:
    "warm: the host's page cache was left as the previous boot left it, on both sides. What an earlier boot has read of the " +
    "image's disk file, or of a VM's kernel and initrd, was in it and charged to nobody. What an instance itself caches it read " +
    'anew and was charged for, on both sides: a guest in its RAM, a container in the file system that is mounted for its boot, ' +
    'unless an option of it (lower) says otherwise.',
  cold:
    "cold: the host's page cache was dropped before each boot, on both sides. Each instance read from the disk, and was charged " +
    "for, what it needs of the image's disk file, and a VM for its kernel and initrd.",
};

/** What a limit bounds is not the same on both sides. */
function limitsText({ plan, runtimes }: RunRecord): string {
  const has = (kind: RuntimeKind): boolean => runtimes.some((runtime) => runtime.kind === kind);
  const bounded = runtimes.filter(({ options }) => options.limit === 'boundary');
  const memory = formatBytes(plan.memoryBytes);
  const sides = [
    ...(has('container')
      ? [`a container has ${memory} for all that its control group is charged, its page cache too`]
      : []),
    ...(has('vm')
      ? [
          `a VM has ${memory} of guest RAM, its page cache in it, and outside of that what its monitor and the host’s ` +
            `page cache of its disk take, for which its control group leaves room`,
        ]
      : []),
    ...bounded.map(
      ({ id, options }) =>
        `${plainLine(id, 60)} has its limit for guest RAM (${formatBytes(Number(options.memory))}) and monitor together`,
    ),
  ];
  return (
    `${formatCount(plan.cpus, 'CPU')} each. Where a runtime’s options do not say otherwise, ${formatList(sides)}. ` +
    `Instances have no network but 127.0.0.1. A boot has ${formatMs(plan.timeoutMs)} before it counts as failed.`
  );
}

const statisticsFact: Fact = {
  term: 'Statistics',
  text: 'Medians, each with a 95 % bootstrap interval (expanded percentiles, 9,999 resamples). A VM over a container is the median of the ratios by round: the VM’s value over the container’s, in each round that gave both, with the interval of any other median. With five values or fewer, the interval of a median reaches from the least to the greatest of them, which covers 94 % at n = 5 and less below. No value was removed as an outlier; failed boots are counted and listed. Without at least two values there is no interval.',
};

const driftFact: Fact = {
  term: 'Drift',
  text: `Values that fall or rise over the measured rounds are of no one level, and an interval takes them for that. Figures of a runtime whose figures as a whole go one way beyond chance, and that do so themselves (Mann–Kendall), are marked with ${markSymbol('drifting')}. Where nothing drifts, at most 5 % of runs have such a mark; a drift that is small beside the noise, or in few rounds, has none.`,
};
