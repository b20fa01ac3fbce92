import type { Command } from '@commander-js/extra-typings';
import { z } from 'zod';
import { jsonText } from '../../../core/text.ts';
import type { RuntimeKind } from '../../../results/record.ts';
import type { HostContext } from '../../host/context.ts';
import { presets, listedRuntimes } from '../../runtimes/registry.ts';
import type { Availability, Runtime } from '../../runtimes/runtime.ts';
import type { Io } from '../io.ts';
import { withHost } from './session.ts';

export function addRuntimesCommand(program: Command, io: Io): void {
  program
    .command('runtimes')
    .summary('list the container and VM technologies that the image can be run with')
    .description('Lists every runtime with its kind, version, whether this host can run it, and its options.')
    .option('--json', 'print the list as JSON', false)
    .action(async ({ json }) => {
      const list = await withHost(
        io,
        'list of runtimes',
        (host) => Promise.all(listedRuntimes().map((runtime) => describe(host, runtime))),
        {
          asRoot: false,
        },
      );
      io.out(json ? jsonText({ runtimes: list, presets }, 2) : text(list));
    });
}

interface Listed {
  id: string;
  title: string;
  kind: RuntimeKind;
  availability: Availability;
  options: ListedOption[];
}

interface ListedOption {
  name: string;
  /** Allowed words, where there is a list of them. */
  values?: string[];
  /** As it would be typed; absent where the option follows something else. */
  default?: string;
  description?: string;
}

async function describe(host: HostContext, runtime: Runtime): Promise<Listed> {
  const { id, title, kind } = runtime;
  const availability = await runtime.availability(host, runtime.options.parse({}));
  return { id, title, kind, availability, options: optionsOf(runtime) };
}

/** From the runtime's own schema, as JSON Schema has it. */
function optionsOf(runtime: Runtime): ListedOption[] {
  const { properties } = optionsSchema.parse(
    z.toJSONSchema(runtime.options, { io: 'input', unrepresentable: 'any' }),
  );
  return Object.entries(properties).map(([name, property]) => ({
    name,
    ...(property.enum === undefined ? {} : { values: property.enum }),
    ...(property.default === undefined ? {} : { default: String(property.default) }),
    ...(property.description === undefined ? {} : { description: property.description }),
  }));
}

const optionsSchema = z.object({
  properties: z
    .record(
      z.string(),
      z.object({
        enum: z.array(z.string()).optional(),
        default: z.union([z.string(), z.number()]).optional(),
        description: z.string().optional(),
      }),
    )
    .default({}),
});

function text(list: readonly Listed[]): string {
  const names = Object.entries(presets).map(([name, specs]) => `  ${name.padEnd(12)}${specs.join(' ')}`);
  return [...list.map(paragraph), ['Presets', ...names].join('\n')].join('\n\n');
}

function paragraph({ id, title, kind, availability, options }: Listed): string {
  const head = availability.ok
    ? `✓ ${id.padEnd(12)}${kind}: ${title}${availability.version === undefined ? '' : ` ${availability.version}`}`
    : `✗ ${id.padEnd(12)}${kind}: ${title}\n    ${availability.reason}\n    → ${availability.fix}`;
  return [head, ...options.map(optionLine)].join('\n');
}

function optionLine({ name, values, default: preset, description }: ListedOption): string {
  const choice =
    values === undefined ? '' : values.map((value) => (value === preset ? `[${value}]` : value)).join('|');
  return `    ${`${name}=${choice}`.padEnd(34)} ${description ?? ''}`.trimEnd();
}
