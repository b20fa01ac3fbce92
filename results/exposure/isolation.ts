import { z } from 'zod';

const text = z.string();
const texts = z.array(text);

/** What the filters of a process come to: calls that are refused, each with its answer, and those that depend. */
const callsSchema = z.object({
  allowed: z.number().describe('Whatever their arguments'),
  refused: z.array(z.object({ call: text, answer: text })),
  depending: texts.describe('On their arguments, or on a supervisor'),
});

const exploitsSchema = z.object({
  of: z.number().describe('How many are in the table'),
  holding: texts.describe('Those whose preconditions hold, whatever the version'),
  open: z.number().describe('Of how many it is not known'),
  affected: texts
    .optional()
    .describe('Of `holding`, those that the kernel’s upstream version is affected by'),
});

/** What one party can ask of one kernel. Figures of two kernels, or of two parties, are never added. */
const reachSchema = z.object({
  party: z.enum(['tenant', 'monitor']).describe('Root inside, or the VM monitor once it is taken over'),
  kernel: z.enum(['host', 'guest']),
  calls: callsSchema.optional(),
  unread: text.optional().describe('Why there are no calls'),
  exploits: exploitsSchema,
});
export type Reach = z.infer<typeof reachSchema>;

/** `details` of an isolation sample; every text may come from the guest. */
export const isolationDetailsSchema = z.object({
  kernel: z.enum(['shared', 'own']),
  reaches: z.array(reachSchema).describe('A container’s tenant; a VM’s tenant, and its monitor'),
  ownNamespaces: texts.optional().describe('Containers only'),
  isRootOutside: z.boolean().optional().describe('Whether root inside is root of the host. Containers only'),
  uidMap: z.array(z.object({ inside: z.number(), outside: z.number(), count: z.number() })),
  capabilities: z
    .object({ bounding: texts.optional(), effective: texts.optional(), ambient: texts.optional() })
    .describe('Of process 1, without CAP_'),
  noNewPrivileges: z.boolean().optional(),
  lsm: text.describe('The profile of process 1; empty where it has none'),
  processes: z.number().describe('Those that are seen inside'),
  mounts: z.number(),
  views: texts.describe('Of the host, seen inside'),
  waysOut: texts.describe('Those that are open'),
  probes: z.record(text, text).describe('Each way by name: `ok`, `absent`, or the error’s name'),
  globalSysctl: text.describe('What vm.swappiness answered to being written back: `ok`, or the error’s name'),
  userNamespace: text.describe('What making a user namespace gave'),
  devices: texts.describe('Nodes that open'),
  globalWritable: texts.describe('The first of those files'),
  isCut: z.boolean().describe('The time for looking at files was over before all were tried'),
  probed: z
    .object({
      calls: z.number().describe('How many calls were made inside'),
      differences: z
        .array(z.object({ call: text, expected: text, answered: text }))
        .optional()
        .describe('Those that answered otherwise than the filter says; absent where it could not be read'),
    })
    .describe('Of the tenant'),
  loginService: z
    .object({ allowed: z.number() })
    .optional()
    .describe('Calls that systemd-logind may make, which restricts itself. Containers only'),
  hostChanges: texts.describe('Settings of the host that were another after the probes'),
});
export type IsolationDetails = z.infer<typeof isolationDetailsSchema>;
