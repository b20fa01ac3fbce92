import { z } from 'zod';
import { structuralKinds } from '../compare/comparison.ts';
import type { FailedBootsLimit } from '../failed-boots.ts';
import { examples, PERCENT, parsePercent, parseQuantity, QUANTITY, type Quantity } from './quantity.ts';

/** Where baselines are kept unless the file says otherwise; relative to the file. */
export const DEFAULT_BASELINES = '.twinboot/baselines';

/** The key under which limits are for every VM over every container. */
export const VM_OVER_CONTAINER = 'vm/container';

const NOT_A_LIMIT = 'write a time (500 ms, 2 s), a size (64 MiB) or a plain number (12)';
const limit = z
  .union([z.string().regex(QUANTITY, NOT_A_LIMIT), z.number().min(0, NOT_A_LIMIT)], { error: NOT_A_LIMIT })
  .meta({ title: 'time, size or number' })
  .transform((said): Quantity => parsed(said));

const time = quantityOf('ms');
const size = quantityOf('bytes');

function quantityOf(unit: 'ms' | 'bytes') {
  const wrong = `write ${examples[unit]}`;
  return z
    .string(wrong)
    .regex(QUANTITY, wrong)
    .refine((text) => parseQuantity(text)?.unit === unit, wrong)
    .meta({ title: unit === 'ms' ? 'time' : 'size' })
    .transform((text) => parsed(text).value);
}

/** What the pattern let through can be parsed. */
function parsed(said: string | number): Quantity {
  const quantity =
    typeof said === 'number'
      ? { value: said, unit: 'count' as const, text: String(said) }
      : parseQuantity(said);
  if (quantity === undefined) throw new Error(`${said} is no quantity`);
  return quantity;
}

const NOT_A_PERCENTAGE = 'write a percentage above 0, such as 10%';
const percent = z
  .string(NOT_A_PERCENTAGE)
  .regex(PERCENT, NOT_A_PERCENTAGE)
  .refine((text) => (parsePercent(text) ?? 0) > 0, NOT_A_PERCENTAGE)
  .meta({ title: 'percentage' })
  .transform((text) => parsePercent(text) ?? NaN);

const NOT_ASCENDING = 'write whole numbers from 1 on, each larger than the one before: [1, 2, 4]';
const ascending = z
  .array(z.int(NOT_ASCENDING).min(1, NOT_ASCENDING).max(100_000), NOT_ASCENDING)
  .min(1, NOT_ASCENDING)
  .refine((numbers) => numbers.every((one, index) => one > (numbers[index - 1] ?? 0)), NOT_ASCENDING);

const NOT_A_NUMBER_OF_BOOTS = 'write a number of boots (2) or a share of them (5%)';
const failedBoots = z
  .union([z.int().min(0), z.string().regex(PERCENT)], { error: NOT_A_NUMBER_OF_BOOTS })
  .refine((said) => typeof said === 'number' || (parsePercent(said) ?? 1) < 1, NOT_A_NUMBER_OF_BOOTS)
  .meta({ title: 'number or percentage' })
  .transform((said): FailedBootsLimit =>
    typeof said === 'number' ? { boots: said } : { share: parsePercent(said) ?? 0 },
  );

const limitsShape = {
  max: limit.optional().describe('The median may not be more: `2 s`, `64 MiB`, `12`'),
  min: limit.optional().describe('The median may not be less'),
  regression: percent
    .optional()
    .describe('How much worse than the baseline it may get: `10%`. Needs a baseline of this environment'),
};
export const limitsSchema = z.strictObject(limitsShape);
export type Limits = z.infer<typeof limitsSchema>;

/** Limits at the top are for every runtime; those under a name are for it alone and win. */
const metricSchema = z
  .object(limitsShape, 'write max, min or regression under it')
  .catchall(limitsSchema)
  .transform(({ max, min, regression, ...under }) => ({
    everywhere: { max, min, regression },
    under,
  }))
  .describe(
    'Limits for every runtime; or under `container`, `vm`, a runtime (`qemu`), ' +
      `\`${VM_OVER_CONTAINER}\` (the median of the ratios by round) or a pair (\`qemu/nspawn\`) for that alone`,
  );
export type MetricRule = z.infer<typeof metricSchema>;

const unitNames = z.array(z.string().min(1)).default([]);
const servicesShape = {
  forbid: unitNames.describe('Services that may not be started, in any boot: `[systemd-udevd]`'),
  require: unitNames.describe('Services that must run, or have run without failing, in every boot'),
  'forbid-failed': z.boolean().default(false).describe('No service may fail, in any boot'),
};
export const serviceRulesSchema = z.strictObject(servicesShape);
export type ServiceRules = z.infer<typeof serviceRulesSchema>;

const servicesSchema = z
  .object(servicesShape, 'write forbid, require or forbid-failed under it')
  .catchall(serviceRulesSchema)
  .transform(({ forbid, require, 'forbid-failed': forbidFailed, ...under }) => ({
    everywhere: { forbid, require, 'forbid-failed': forbidFailed },
    under,
  }))
  .describe('Rules for every runtime; or under `container`, `vm` or a runtime for that alone');

const isBelow = (path: string): boolean => !path.startsWith('/') && !path.split('/').includes('..');

const names = z.array(z.string().min(1)).min(1, 'name at least one');

/**
 * `twinboot.yaml`: what to run, and the rules that its record must keep. Published as JSON Schema in
 * `results/schema/`; what only twinboot's registries know (metrics, scenarios, runtimes) is checked in
 * `check-names.ts`.
 */
export const gateFileSchema = z.strictObject({
  image: z
    .string()
    .min(1)
    .optional()
    .describe('An image of `twinboot image list` (default: as `twinboot run`)'),
  runtimes: names.optional().describe('As `twinboot run --runtime` takes them: `[nspawn, qemu]`'),
  scenarios: names.optional().describe('What to measure (default: as `twinboot run`)'),
  rounds: z.int().min(1).max(100_000).optional().describe('Measured rounds'),
  warmup: z.int().min(0).max(1000).optional().describe('Rounds before those, not counted'),
  cache: z.enum(['warm', 'cold']).optional().describe('Page cache before each boot'),
  memory: size.optional().describe('Memory of each instance: `512M`'),
  cpus: z.int().min(1).max(1024).optional().describe('CPUs of each instance'),
  series: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('How often each scenario of a fleet is gone through: each series gives one value'),
  instances: ascending
    .optional()
    .describe('How many instances of `density` live at once, step by step: `[1, 2, 4, 8]`'),
  bursts: ascending
    .optional()
    .describe('How many instances of `storm` start at once, burst by burst: `[1, 4]`'),
  parallel: z.int().min(1).max(10_000).optional().describe('How many instances of `density` boot at a time'),
  reserve: size.optional().describe('Memory of the host that a fleet leaves alone: `1 GiB`'),
  timeout: time.optional().describe('How long a boot may take: `180 s`'),
  baseline: z
    .string()
    .min(1)
    .refine(isBelow, "write a folder below this file's own, such as `.twinboot/baselines`")
    .default(DEFAULT_BASELINES)
    .describe('Folder of baselines below the one of this file; made to be committed'),
  alpha: percent
    .refine((share) => share < 1, 'write a percentage below 100%')
    .prefault('5%')
    .describe('Bound on the probability that any relative limit fails without a real change: `5%`'),
  inconclusive: z
    .enum(['pass', 'fail'])
    .default('pass')
    .describe('What a rule counts as that these rounds can neither confirm nor refute'),
  'max-failed-boots': failedBoots
    .prefault(0)
    .describe(
      'How many measured boots of a runtime may fail: a number, or a share of them where failures are known of, as of emulated boots: `5%`. Those that fail are said',
    ),
  'max-image-size': size.optional().describe("What the image's files may take: `400 MiB`"),
  metrics: z.record(z.string(), metricSchema).default({}).describe('By metric: `startup.ready`'),
  services: servicesSchema.optional(),
  expected: z
    .string()
    .min(1)
    .refine(isBelow, "write a file below this file's own folder, such as `fidelity.expected`")
    .optional()
    .describe(
      'File of what boots may show although it is not clean, `fidelity.expected`: anything else of its kinds fails',
    ),
  'forbid-changes': z
    .array(z.enum(structuralKinds))
    .default([])
    .describe('Differences from the baseline that may not be there, whatever the figures say'),
});
export type GateFile = z.infer<typeof gateFileSchema>;
