import { z } from 'zod';

/** When a unit's start began and was over, in a boot. Times by the guest's clock, ms since its PID 1 began. */
export const unitTimeSchema = z.object({
  unit: z.string().describe('Unit name; untrusted text from the guest'),
  startMs: z.number(),
  doneMs: z
    .number()
    .optional()
    .describe('When it was active, or failed or ended without having been so. Absent where it still starts'),
  critical: z
    .literal(true)
    .optional()
    .describe('On the critical chain: each waits for the one before it, up to multi-user.target'),
});
export type UnitTime = z.infer<typeof unitTimeSchema>;

/** What `details` of a startup sample hold of it. Absent in older records. */
export const unitTimesSchema = z.object({ units: z.array(unitTimeSchema) });

/** The times of units in a sample's `details`, or `undefined` where they hold none. */
export function unitTimesIn(details: Record<string, unknown>): UnitTime[] | undefined {
  const { units } = details;
  const parsed = unitTimesSchema.safeParse({ units });
  return parsed.success ? parsed.data.units : undefined;
}
