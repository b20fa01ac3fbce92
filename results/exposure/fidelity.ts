import { z } from 'zod';

const text = z.string();
const texts = z.array(text);

/** `details` of a fidelity sample; every text may come from the guest. */
export const fidelityDetailsSchema = z.object({
  state: text.describe(
    'What systemctl(1) calls the system: `running`, `degraded`; empty where it did not say',
  ),
  failed: texts.describe('Units of any type'),
  skipped: z.array(z.object({ unit: text, conditions: texts })),
  journal: texts.optional().describe('Lines of priority err and worse; absent without a journal'),
  chain: z
    .array(
      z.object({
        unit: text,
        activeMs: z.number().optional().describe('When it was active, from the start of process 1'),
        tookMs: z.number().optional().describe('How long its start took'),
      }),
    )
    .describe('The critical chain, from what was reached last to what began; empty where it is not known'),
  hostChanges: texts.describe('Settings of the host that were another after the probes'),
});
export type FidelityDetails = z.infer<typeof fidelityDetailsSchema>;
