import { z } from 'zod';

const text = z.string();
const texts = z.array(text);

/** What an instance's calls come to: those that its filter refuses, each with its answer, and those that depend. */
const callsSchema = z.object({
  refused: z.array(z.object({ call: text, answer: text })),
  depending: texts,
});

/** `details` of an isolation sample; every text may come from the guest. */
export const isolationDetailsSchema = z.object({
  kernel: z.enum(['shared', 'own']),
  ownNamespaces: texts.optional().describe('Containers only'),
  isRootOutside: z.boolean().optional().describe('Whether root inside is root of the host. Containers only'),
  capabilities: texts.optional().describe('The bounding set of process 1, without CAP_'),
  noNewPrivileges: z.boolean().optional(),
  lsm: text.describe('The profile of process 1; empty where it has none'),
  processes: z.number().describe('Those that are seen inside'),
  mounts: z.number(),
  views: texts.describe('Of the host, seen inside'),
  waysOut: texts.describe('Those that are open'),
  globalSysctl: text.describe('What vm.swappiness answered to being written back: `ok`, or the error’s name'),
  userNamespace: text.describe('What making a user namespace gave'),
  devices: texts.describe('Nodes that open'),
  calls: callsSchema
    .extend({
      differences: z
        .array(z.object({ call: text, expected: text, answered: text }))
        .describe('Calls that answered otherwise than the filter says'),
      probed: z.number().describe('How many calls were made inside'),
    })
    .optional()
    .describe('Absent where the filter could not be read'),
  monitorCalls: callsSchema.optional().describe('VMs only'),
  loginServiceCalls: z
    .object({ allowed: z.number() })
    .optional()
    .describe('Of systemd-logind, which restricts itself. Containers only'),
});
export type IsolationDetails = z.infer<typeof isolationDetailsSchema>;

export const detectionDetailsSchema = z.object({
  detection: z.array(
    z.object({
      method: text,
      title: text,
      said: text.describe('In its own words; untrusted'),
      verdict: z.enum(['right', 'wrong', 'nothing']),
    }),
  ),
  tellsPidNamespace: z
    .boolean()
    .optional()
    .describe('Whether a process can tell that it is not in the first pid namespace of its kernel'),
});
export type DetectionDetails = z.infer<typeof detectionDetailsSchema>;

export const fidelityDetailsSchema = z.object({
  state: text,
  failed: texts,
  skipped: z.array(z.object({ unit: text, conditions: texts })),
  journal: texts.optional().describe('Lines of priority err and worse; absent without a journal'),
});
export type FidelityDetails = z.infer<typeof fidelityDetailsSchema>;
