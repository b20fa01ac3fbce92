import { z } from 'zod';

const text = z.string();

/** `details` of a detection sample; every text may come from the guest. */
export const detectionDetailsSchema = z.object({
  methods: z.array(
    z.object({
      method: text,
      title: text,
      said: text.describe('In its own words'),
      verdict: z.enum(['right', 'wrong', 'nothing']),
    }),
  ),
  tellsPidNamespace: z
    .boolean()
    .optional()
    .describe('Whether a process can tell that it is not in the first pid namespace of its kernel'),
  hostChanges: z.array(text).describe('Settings of the host that were another after the probes'),
});
export type DetectionDetails = z.infer<typeof detectionDetailsSchema>;
