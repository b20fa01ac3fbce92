import { z } from 'zod';
import type { Sample } from '../record.ts';

/**
 * `details` of a density sample: one series, in which instances of one runtime are booted and kept alive, step by step,
 * and everything is measured over all of them at each step. Bytes are the host's; times are on its monotonic clock.
 */

const bytes = z.number();
const count = z.int().nonnegative();

export const partSchema = z.object({
  id: z.string().describe('As the memory scenario names it, `memory.page-cache`'),
  title: z.string(),
  bytes,
});

/** What one service costs over all live instances. */
export const serviceCostSchema = z.object({
  service: z.string().describe('Unit name; untrusted text from the guest'),
  host: z.enum(['running', 'not-running', 'unknown']),
  instances: count.describe('In how many of the live instances it runs'),
  pssBytes: bytes.describe('Sum over those'),
  anonBytes: bytes.describe('Anonymous PSS, sum over those: what each instance pays for itself'),
});
export type ServiceCost = z.infer<typeof serviceCostSchema>;

export const densityStepSchema = z.object({
  live: count.describe('Instances that live while the step is measured'),
  atMs: z.number().describe('When the measuring of the step began, ms since the first start of the series'),
  readyMs: z
    .array(z.number())
    .describe('t0 to `ready` of each instance that was added, in order of their start'),
  settled: z.boolean(),
  settledAfterMs: z.number(),
  measuredInMs: z.number().describe('What reading all instances took'),
  totalBytes: bytes.describe('The charge of the control groups of all instances'),
  pssBytes: bytes.describe('PSS of all their processes, as the host sees them'),
  chargedElsewhereBytes: bytes
    .optional()
    .describe(
      'By how much the file pages that they map exceed those that the control groups are charged for, at least: pages that all share once, charged to whoever read them first',
    ),
  privateBytes: bytes.describe('USS of all their processes: pages that no other process maps'),
  hostDeltaBytes: bytes.describe("The host's MemAvailable before the first t0 less now"),
  writableBytes: bytes.optional().describe('What the writable layers take on the disk'),
  processes: count.describe('Inside the boundary, as the host counts them'),
  idleCpuMsPerS: z.number().optional().describe('CPU time of all instances per second of doing nothing'),
  contextSwitchesPerS: z.number().optional().describe('Of all their threads, voluntary or not'),
  parts: z.array(partSchema).describe('Add up to totalBytes'),
  services: z.array(serviceCostSchema),
  ksmSavedBytes: bytes
    .optional()
    .describe('What KSM saves on the whole host: pages_sharing times the page size'),
});
export type DensityStep = z.infer<typeof densityStepSchema>;

/** Why a series ended: as planned, by one of the stops, or by something that went wrong. */
export const stopSchema = z.object({
  reason: z.enum(['planned', 'memory', 'load', 'processes', 'time', 'host-limit', 'failure', 'interrupted']),
  message: z.string(),
});
export type Stop = z.infer<typeof stopSchema>;

/** A robust line through the steps: what one more instance costs. `undefined` interval: too few steps for 95 %. */
export const slopeSchema = z.object({
  slope: z.number(),
  intercept: z.number(),
  interval: z.object({ low: z.number(), high: z.number() }).optional(),
  /** How many steps it rests on. */
  steps: count,
});
export type Slope = z.infer<typeof slopeSchema>;

export const densitySchema = z.object({
  steps: z.array(densityStepSchema),
  stop: stopSchema,
  lost: z
    .array(z.object({ instance: count, atMs: z.number(), message: z.string() }))
    .describe('Instances that failed to boot, or ended by themselves'),
  fits: z
    .object({ total: slopeSchema, hostDelta: slopeSchema, pss: slopeSchema, private: slopeSchema })
    .partial()
    .describe('Absent with fewer than two steps'),
  limits: z
    .array(
      z.object({
        id: z.string(),
        title: z.string(),
        where: z.string().optional().describe('Where it is set: the name of a sysctl, or words'),
        limit: z.number(),
        perInstance: z.number().optional(),
        raisedTo: z.number().optional(),
        raisableTo: z
          .number()
          .optional()
          .describe(
            'The most that it can be set to; `limit` where nobody can raise it. Absent where that is not known',
          ),
        tolerated: z
          .string()
          .optional()
          .describe('What an instance does without where it is used up; absent where the instance fails'),
      }),
    )
    .describe('Limits of the host that a fleet runs into'),
  stoppedInMs: z.number().optional().describe('From asking all instances to power off to nothing being left'),
  killed: count.optional().describe('How many of them did not power off in time, and were killed'),
});
export type Density = z.infer<typeof densitySchema>;

/** The series in a sample's details, or `undefined` where they hold none. */
export function densityIn(details: Sample['details']): Density | undefined {
  const parsed = densitySchema.safeParse(details);
  return parsed.success ? parsed.data : undefined;
}
