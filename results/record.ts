import { z } from 'zod';
import { architectures } from '../core/architecture.ts';
import { units } from '../core/units.ts';

/**
 * The run record: everything `twinboot run` knows when it ends, as one JSON document (`run.json`).
 * Every page, table and comparison is made from it and from nothing else. Numbers are raw: nothing is
 * averaged, rounded or left out here. Published as JSON Schema in `results/schema/`.
 */
export const RECORD_SCHEMA = 'twinboot.run/1';

const text = z.string();
const count = z.int().nonnegative();
const missingFacts = z.array(z.object({ fact: text, reason: text }));

/** `container`: shares the host's kernel. `vm`: brings its own. */
export const runtimeKindSchema = z.enum(['container', 'vm']);
export type RuntimeKind = z.infer<typeof runtimeKindSchema>;

/** What a VM's instructions run on. `tcg` is emulation: its figures say nothing about KVM. `xen`: a domain of Xen. */
export const acceleratorSchema = z.enum(['kvm', 'tcg', 'xen']);

export const metricSchema = z.object({
  id: text.describe('`<scenario>.<noun>`, kebab-case'),
  title: text,
  unit: z.enum(units),
  better: z.enum(['lower', 'higher', 'none']),
  definition: text.describe('One sentence: what is measured, from when to when, by which clock or file'),
  role: z
    .enum(['headline', 'rung', 'part', 'detail'])
    .describe(
      'headline: in the summary table. rung: a point on the startup ladder, ms since t0. ' +
        'part: a slice of the memory waterfall; the parts of one sample add up to memory.total. detail: the rest',
    ),
});
export type Metric = z.infer<typeof metricSchema>;

/** A headline or a rung: what tables, ratios and comparisons show of a scenario; the rest explains it. */
export function isLeading({ role }: Pick<Metric, 'role'>): boolean {
  return role === 'headline' || role === 'rung';
}

export const scenarioSchema = z.object({
  id: text,
  title: text,
  question: text,
  metrics: z.array(metricSchema),
});
export type ScenarioDescription = z.infer<typeof scenarioSchema>;

/** What separates an instance from the host, as its runtime is set up. */
export const isolationSchema = z.object({
  kernel: z
    .enum(['shared', 'own'])
    .describe("shared: the host's kernel. own: a kernel of the instance's own"),
  userNamespace: z.boolean().describe('true: root inside is an unprivileged user of the host (containers)'),
  capabilities: z
    .enum(['all', 'reduced', 'none'])
    .describe(
      'Of the instance, on the host or in its own user namespace: all of root’s, a bounding set, or none (VMs)',
    ),
  seccomp: z.boolean().describe('A system call filter stands between the instance and the host kernel'),
  devices: text.describe('Devices of the host that the instance can open'),
});
export type IsolationFacts = z.infer<typeof isolationSchema>;

/** What a record keeps of it: read from a running instance where there was one, and else as the runtime is set up. */
export const recordedIsolationSchema = isolationSchema.partial().extend({
  source: z
    .enum(['set-up', 'read'])
    .optional()
    .describe(
      'read: from the first instance while it ran. set-up, or absent in older records: as the runtime is set up',
    ),
  hostUser: count
    .optional()
    .describe("Effective user on the host: of a container's process 1, or of the VM monitor; read only"),
  heldCapabilities: z
    .array(text)
    .optional()
    .describe('The bounding set, by the names of capabilities(7) without CAP_; read only'),
  noNewPrivileges: z
    .boolean()
    .optional()
    .describe('true: no program that it executes gains rights; read only'),
  maxTasks: count.optional().describe('How many processes and threads it may have; read only'),
  missing: missingFacts.optional().describe('Facts that could not be read, each with its reason'),
});
export type RecordedIsolation = z.infer<typeof recordedIsolationSchema>;

/** A command line as it was started, apart from what differs from boot to boot. */
export const startedCommandSchema = z.object({
  words: z
    .array(text)
    .describe('The program and its arguments; what differs between boots, hosts and users is named in <…>'),
  environment: z.record(text, text).describe('All of it but PATH'),
});
export type StartedCommand = z.infer<typeof startedCommandSchema>;

export const runtimeSchema = z.object({
  id: text.describe('The spec in canonical form, `qemu:memory=512M`: the key of samples'),
  runtime: text.describe('The technology: `nspawn`, `qemu`'),
  kind: runtimeKindSchema,
  title: text,
  version: text.optional(),
  options: z
    .record(text, z.union([z.string(), z.number(), z.boolean()]))
    .describe('Fully resolved, defaults included'),
  accelerator: acceleratorSchema.optional().describe('VMs only'),
  acceleratorReason: text.optional().describe('Why this accelerator and not KVM'),
  isolation: recordedIsolationSchema.optional(),
  command: startedCommandSchema
    .optional()
    .describe(
      "The VM monitor's or container manager's, of the first instance. Absent in older records, and where none was started",
    ),
  emulated: z.boolean().describe('true: every figure of this runtime carries the emulation mark'),
});
export type RuntimeDescription = z.infer<typeof runtimeSchema>;

export const valueSchema = z.object({ metric: text, unit: z.enum(units), value: z.number() });
export type Value = z.infer<typeof valueSchema>;

export const sampleErrorSchema = z.object({
  code: text,
  message: text,
  hint: text.optional(),
  consoleTail: z.array(text).optional(),
});
export type SampleError = z.infer<typeof sampleErrorSchema>;

export const sampleSchema = z.object({
  scenario: text,
  runtime: text.describe('RuntimeDescription.id'),
  phase: z.enum(['warmup', 'measured']).describe('Warm-up samples are kept and never counted'),
  round: count.describe('1-based within its phase'),
  order: count.describe('1-based position within the round'),
  boot: text.describe('The boot that this sample looked at; names its console log. Scenarios share boots'),
  startedAt: z.iso.datetime(),
  outcome: z.enum(['ok', 'failed', 'timeout']),
  values: z.array(valueSchema),
  missing: z
    .array(z.object({ metric: text, reason: text }))
    .describe('Metrics without a value in this sample, each with its reason'),
  details: z.record(text, z.unknown()).describe('Shape by scenario; services: see ledgerSchema'),
  error: sampleErrorSchema.optional(),
});
export type Sample = z.infer<typeof sampleSchema>;

/** A service's state inside an instance, in words that hold for containers and VMs alike. */
export const serviceStates = [
  'running',
  'exited',
  'skipped',
  'failed',
  'inactive',
  'masked',
  'not-installed',
  'unknown',
] as const;

export const ledgerRowSchema = z.object({
  service: text.describe(
    'Unit name, `systemd-udevd.service`; a unit of another type has a row where it failed',
  ),
  aliases: z
    .array(text)
    .optional()
    .describe('Other names of the unit: `dbus.service` where dbus-broker runs'),
  title: text.optional().describe("The unit's description; untrusted text from the guest"),
  host: z.enum(['running', 'not-running', 'unknown']).describe('Whether the host runs the same service'),
  state: z.enum(serviceStates),
  reason: text.optional().describe('Why it does not run: the failed condition, the result; untrusted text'),
  pssBytes: z.number().optional(),
  ussBytes: z.number().optional(),
  anonBytes: z
    .number()
    .optional()
    .describe('Anonymous PSS: what no other instance shares. Absent in older records'),
  cpuMs: z.number().optional(),
  startMs: z.number().optional().describe('When its start began, ms since t0'),
  durationMs: z
    .number()
    .optional()
    .describe(
      'From the start of its start to active, or to its end where it failed or ended without having been active',
    ),
  restarts: count
    .optional()
    .describe('How often systemd has started it again because it had ended; absent where never'),
  duplicated: z.boolean().describe('Runs in the instance although the host runs the same service already'),
  repeated: z
    .boolean()
    .optional()
    .describe('Runs, and the next instance of the image runs it once more. Absent in older records'),
});
export type LedgerRow = z.infer<typeof ledgerRowSchema>;

/** `details` of a services sample. */
export const ledgerSchema = z.object({ services: z.array(ledgerRowSchema) });
export type Ledger = z.infer<typeof ledgerSchema>;

/**
 * The ledger in a sample's `details`, or `undefined` where they hold none. Checks what `ledgerSchema` checks, without
 * copying: a record can hold half a million rows.
 */
export function ledgerIn(details: Sample['details']): Ledger | undefined {
  const { services } = details;
  if (!Array.isArray(services)) return undefined;
  return services.every(isLedgerRow) ? { services } : undefined;
}

function isLedgerRow(row: unknown): row is LedgerRow {
  if (typeof row !== 'object' || row === null) return false;
  const { service, aliases, title, host, state, reason, duplicated, repeated } = row as Partial<LedgerRow>;
  const { pssBytes, ussBytes, anonBytes, cpuMs, startMs, durationMs, restarts } = row as Partial<LedgerRow>;
  return (
    typeof service === 'string' &&
    typeof duplicated === 'boolean' &&
    isAbsentOr('boolean', repeated) &&
    hostStates.has(host) &&
    states.has(state) &&
    isAbsentOr('string', reason) &&
    isAbsentOr('string', title) &&
    isAbsentOr('number', pssBytes) &&
    isAbsentOr('number', ussBytes) &&
    isAbsentOr('number', anonBytes) &&
    isAbsentOr('number', cpuMs) &&
    isAbsentOr('number', startMs) &&
    isAbsentOr('number', durationMs) &&
    isAbsentOr('number', restarts) &&
    (aliases === undefined || (Array.isArray(aliases) && aliases.every((name) => typeof name === 'string')))
  );
}

function isAbsentOr(type: 'string' | 'number' | 'boolean', value: unknown): boolean {
  return value === undefined || typeof value === type;
}

const hostStates: ReadonlySet<unknown> = new Set(ledgerRowSchema.shape.host.options);
const states: ReadonlySet<unknown> = new Set(serviceStates);

/** What can move figures on one and the same host; not part of its fingerprint. */
export const hostSettingsSchema = z.object({
  vulnerabilities: z
    .record(text, text)
    .optional()
    .describe('/sys/devices/system/cpu/vulnerabilities: what the kernel does about each'),
  governor: text.optional().describe('Frequency governor of the first CPU'),
  smt: text.optional().describe('/sys/devices/system/cpu/smt/control: `on`, `off`, `notsupported` …'),
  swapBytes: count.optional().describe('Swap space in all; 0: none'),
  transparentHugePages: text.optional().describe('`always`, `madvise` or `never`'),
  microcode: text.optional().describe('Revision that the first CPU runs'),
  kernelCommandLine: text
    .optional()
    .describe(
      '/proc/cmdline; `=…` stands for values that may name the machine or hold a secret; words for init are left out',
    ),
  missing: missingFacts.describe('Facts that could not be read, each with its reason'),
});
export type HostSettings = z.infer<typeof hostSettingsSchema>;

export const hostSchema = z.object({
  distribution: text,
  kernel: text,
  arch: text,
  cpuModel: text,
  cpus: count,
  memoryBytes: count,
  cgroupMode: z.enum(['v1', 'hybrid', 'v2']),
  init: text.describe("PID 1's name on the host"),
  virtualization: text
    .optional()
    .describe(
      'What the host runs on: `none` (hardware), `tcg` (emulation), `kvm`, `xen`, `vmware`, `hyper-v` …; `unknown`: a ' +
        'hypervisor that nothing names. Absent where nothing tells. Older records hold free text where the host is a ' +
        'virtual machine, as `machine` does now, and nothing where it is not known to be one',
    ),
  machine: text.optional().describe('Maker and product in the words of the firmware: `Amazon EC2 m5.large`'),
  fingerprint: text.describe('SHA-256 over `facts`: records with different fingerprints are not comparable'),
  facts: z.record(text, text).describe('What the fingerprint is made of'),
  settings: hostSettingsSchema.optional().describe('Absent in older records'),
});
export type HostDescription = z.infer<typeof hostSchema>;

export const bootModeSchema = z
  .enum(['settled', 'first'])
  .describe('settled: first-boot work was done when the image was built. first: every boot is a first boot');
export type BootMode = z.infer<typeof bootModeSchema>;

/** How an image was built, as far as `ImageDescription` does not say it. */
export const imageRecipeSchema = z.object({
  command: text.describe('Builds it again, from the state that the mirror has then'),
  variant: text.describe("mmdebstrap's: the packages that are there without being named"),
  packages: z.array(text).describe('Named beside the variant; what they depend on came along'),
  mirror: text.describe('Without credentials'),
  archiveDate: z.iso.datetime().optional().describe('When the archive that the mirror had was published'),
  archiveVersion: text.optional().describe('Of the release, `13.2`'),
  tools: z.record(text, text).describe('Versions of what made it, by package'),
  missing: missingFacts.describe('Facts that could not be read, each with its reason'),
});
export type ImageRecipe = z.infer<typeof imageRecipeSchema>;

export const imageSchema = z.object({
  name: text,
  digest: text.describe('SHA-256 of the disk file, hex'),
  contentDigest: text
    .optional()
    .describe(
      'SHA-256 over the paths, kinds, modes, owners and contents of all files, hex: the same where another version of ' +
        'mke2fs laid them out. Absent in older images',
    ),
  bytes: count.describe('Size of the disk file'),
  usedBytes: count.describe('What its files take'),
  distribution: text,
  suite: text,
  architecture: z
    .enum(architectures)
    .optional()
    .describe("By Debian's name; absent in older records, whose images are of the host's architecture"),
  kernel: text,
  initSystem: text.describe('`systemd 257.13-1~deb13u1`'),
  boot: bootModeSchema,
  builtAt: z.iso.datetime(),
  packages: z.array(z.object({ name: text, version: text })),
  added: z.array(text).describe('What twinboot added to the stock distribution, a sentence each'),
  recipe: imageRecipeSchema.optional().describe('Absent in older images'),
});
export type ImageDescription = z.infer<typeof imageSchema>;

/** How scenarios of a fleet go on. */
export const fleetPlanSchema = z.object({
  series: count.describe('How often each runtime is surveyed for each of them'),
  instances: z.array(count).describe('density: how many live at once, step by step'),
  until: z
    .enum(['count', 'memory', 'failure'])
    .describe(
      'density: count: no further than `instances`. memory, failure: beyond them, until memory is short or an instance fails',
    ),
  bursts: z.array(count).describe('storm: how many are started at once, in turn'),
  parallel: count.describe('density: how many boot at a time'),
  raiseLimits: z.boolean().describe('Whether limits of the host were raised for the run'),
  runKsm: z.boolean().describe('Whether KSM was made to run while a runtime with ksm=on was surveyed'),
  reserveBytes: count.optional().describe('Memory of the host that is left alone; a default where absent'),
});
export type FleetPlan = z.infer<typeof fleetPlanSchema>;

export const planSchema = z.object({
  scenarios: z.array(text),
  runtimes: z.array(text),
  rounds: count,
  warmup: count,
  warmupUntil: z
    .enum(['steady'])
    .optional()
    .describe(
      'steady: warm-up ended as soon as the last times to `ready` of no runtime went one way, and `warmup` is the most. ' +
        'Absent: `warmup` is how many rounds there were',
    ),
  cache: z.enum(['warm', 'cold']),
  seed: z.int(),
  timeoutMs: z.number().describe('How long a boot may take to `ready`'),
  stopTimeoutMs: z
    .number()
    .optional()
    .describe('How long an instance may take to power off. Absent in older records'),
  keepGoing: z
    .boolean()
    .optional()
    .describe(
      'Whether a runtime is booted on whose first boots failed in the same way. Absent in older records',
    ),
  memoryBytes: count.describe('The memory limit of every runtime of the run'),
  cpus: count.describe('The CPU limit of every runtime of the run'),
  fleet: fleetPlanSchema.optional().describe('Where a scenario of a fleet was asked for'),
});
export type RunPlan = z.infer<typeof planSchema>;

export const recordSchema = z.object({
  schema: z.literal(RECORD_SCHEMA),
  id: text.describe('`<UTC time>-<short id>`: the name of its folder'),
  tool: z.object({
    name: z.literal('twinboot'),
    version: text,
    commit: text
      .optional()
      .describe('Of the sources that were run, 40 hex digits; absent where it is not known'),
    isChanged: z.boolean().optional().describe('true: the sources had changes that `commit` does not hold'),
    whyNoCommit: text.optional(),
  }),
  commandLine: text
    .optional()
    .describe(
      'As typed, quoted for a shell; credentials in URLs are left out, and the home folder is "$HOME". Absent in older records',
    ),
  state: z
    .enum(['running', 'complete', 'interrupted'])
    .describe('running: the run goes on, or was killed before it could say so'),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  plan: planSchema,
  host: hostSchema,
  image: imageSchema,
  runtimes: z.array(runtimeSchema),
  scenarios: z.array(scenarioSchema),
  samples: z.array(sampleSchema),
  warnings: z.array(z.object({ code: text, message: text })),
});
export type RunRecord = z.infer<typeof recordSchema>;
