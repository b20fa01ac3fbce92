import { createHash } from 'node:crypto';
import { z } from 'zod';
import { architectureOf, architectures, type Architecture } from '../../core/architecture.ts';
import { hostError, usageError } from '../../core/error.ts';
import { shellLine } from '../../core/shell.ts';
import { bootModeSchema, type BootMode } from '../../results/record.ts';
import { agentFiles, type AgentFile } from './agent-files.ts';
import { userTreeSchema, type UserTree } from './user-tree.ts';

/** Goes up whenever the same recipe would give another image. */
export const BUILDER = 2;

/** Everything that decides what an image holds, apart from the state of the mirror on the day it is built. */
export const recipeSchema = z.object({
  name: z.string(),
  distribution: z.literal('debian'),
  suite: z.string(),
  variant: z.literal('minbase'),
  /** Sorted, without the variant's own packages. */
  packages: z.array(z.string()),
  boot: bootModeSchema,
  /** Without the agent an image can be booted, but not asked: only for measuring the agent's own influence. */
  agent: z.boolean(),
  builder: z.int(),
  /** Absent: that of the host which built it. */
  architecture: z.enum(architectures).optional(),
  /**
   * Laid over the root one after the other. Absent where there is none: such an image keeps the place it always had.
   */
  trees: z.array(userTreeSchema).optional(),
});
export type Recipe = z.infer<typeof recipeSchema>;

/** Debian's kernel, without drivers for physical hardware where there is such a one. */
const kernelPackages: Record<Architecture, string> = {
  amd64: 'linux-image-cloud-amd64',
  arm64: 'linux-image-cloud-arm64',
  riscv64: 'linux-image-riscv64',
};

/** zstd is what compresses the initrd of an ordinary installation; without it Debian falls back to gzip. */
const systemPackages = [
  'dbus',
  'initramfs-tools',
  'libpam-systemd',
  'systemd',
  'systemd-sysv',
  'udev',
  'zstd',
];

export const DEFAULT_SUITE = 'trixie';
const plainSuites = [DEFAULT_SUITE, 'bookworm', 'forky', 'sid'];

export interface RecipeChoices {
  name?: string | undefined;
  suite?: string | undefined;
  /** Packages beside the ones that every image has. */
  include?: readonly string[] | undefined;
  boot?: BootMode | undefined;
  /** By Debian's name; the host's without it. */
  architecture?: string | undefined;
  agent?: boolean | undefined;
  trees?: readonly UserTree[] | undefined;
}

/**
 * A recipe from what was chosen on the command line. Without a name it is the plain one of its suite (`trixie`,
 * `trixie-first`, `trixie-arm64`, `trixie-without-agent`); those names mean nothing else.
 * Errors (usage): `bad-image-name`, `bad-suite`, `bad-package`, `bad-architecture`, `name-needed`, `name-taken`;
 * (host): `unsupported-arch`.
 */
export function recipeFor(choices: RecipeChoices, arch: NodeJS.Architecture = process.arch): Recipe {
  const plain = choices.name === undefined ? undefined : plainRecipe(choices.name, arch);
  const include = (choices.include ?? []).map(checkedPackage);
  const suite = checkedSuite(choices.suite ?? plain?.suite ?? DEFAULT_SUITE);
  const boot = choices.boot ?? plain?.boot ?? 'settled';
  const agent = choices.agent ?? plain?.agent ?? true;
  const trees = choices.trees ?? [];
  const architecture = otherArchitecture(choices.architecture, arch) ?? plain?.architecture;
  const name = checkedName(choices.name ?? plainName({ suite, boot, agent, architecture }));
  const recipe = makeRecipe({ name, suite, boot, agent, architecture }, include, arch, trees);
  if (choices.name === undefined && include.length + trees.length > 0) throw nameNeeded(recipe, include);
  if (plain !== undefined && recipeId(plain) !== recipeId(recipe)) throw nameTaken(plain, recipe);
  return recipe;
}

/** The recipe that a plain name stands for; `undefined` for any other name. */
export function plainRecipe(name: string, arch: NodeJS.Architecture = process.arch): Recipe | undefined {
  for (const suite of plainSuites) {
    for (const boot of bootModeSchema.options) {
      for (const agent of [true, false]) {
        for (const architecture of [undefined, ...architectures]) {
          const plain = { suite, boot, agent, architecture: otherArchitecture(architecture, arch) };
          if (plainName({ ...plain, architecture }) === name) return makeRecipe({ ...plain, name }, [], arch);
        }
      }
    }
  }
  return undefined;
}

type Plain = Pick<Recipe, 'suite' | 'boot' | 'agent' | 'architecture'>;

export function plainName({ suite, boot, agent, architecture }: Plain): string {
  const words = [
    suite,
    ...(architecture === undefined ? [] : [architecture]),
    ...(boot === 'first' ? ['first'] : []),
    ...(agent ? [] : ['without-agent']),
  ];
  return words.join('-');
}

/** The one that is asked for; `undefined` where it is the host's own, or none is asked for. */
function otherArchitecture(asked: string | undefined, host: NodeJS.Architecture): Architecture | undefined {
  if (asked === undefined) return undefined;
  const found = architectures.find((name) => name === asked);
  if (found === undefined) {
    throw usageError('bad-architecture', `"${asked}" is no architecture that twinboot makes images for`, {
      hint: `known, by Debian's names: ${architectures.join(', ')}`,
    });
  }
  return found === architectureOf(host) ? undefined : found;
}

type Named = Pick<Recipe, 'name'> & Plain;

function makeRecipe(
  { architecture, ...named }: Named,
  include: readonly string[],
  arch: NodeJS.Architecture,
  trees: readonly UserTree[] = [],
): Recipe {
  const built = architecture ?? architectureOf(arch);
  if (built === undefined) {
    throw hostError('unsupported-arch', `twinboot knows no kernel of Debian's for ${arch}`, {
      hint: `known: ${architectures.join(', ')}`,
    });
  }
  const packages = [...new Set([...systemPackages, kernelPackages[built], ...include])].sort();
  const other = architecture === undefined ? {} : { architecture };
  const plain = {
    ...named,
    ...other,
    distribution: 'debian',
    variant: 'minbase',
    packages,
    builder: BUILDER,
  } as const;
  return trees.length === 0 ? plain : { ...plain, trees: [...trees] };
}

/**
 * SHA-256, hex, over the recipe with its keys sorted and the agent's files: the image's place in the cache.
 * An image is found by it without the network, the disk file or the user's own trees being looked at; of the trees
 * counts what they held, not where they lay.
 */
export function recipeDigest(recipe: Recipe, agent: readonly AgentFile[] = agentFiles()): string {
  const trees = recipe.trees?.map(({ sha256 }) => sha256);
  const content = { ...recipe, ...(trees && { trees }) };
  const fields = Object.entries(content).sort(([left], [right]) => (left < right ? -1 : 1));
  const files = recipe.agent ? agent.map((file) => [file.installedAs, file.mode, file.content]) : [];
  return createHash('sha256')
    .update(JSON.stringify([fields, files]))
    .digest('hex');
}

/** The first 16 digits of the recipe's digest: the name of the image's folder. */
export function recipeId(recipe: Recipe): string {
  return recipeDigest(recipe).slice(0, 16);
}

/** The command that builds it, to be pasted. */
export function buildCommand(recipe: Recipe): string {
  return shellLine(['twinboot', ...buildWords(recipe)]);
}

/** The words after `twinboot`. */
export function buildWords(recipe: Recipe): string[] {
  const include = recipe.packages.filter(
    (name) => !systemPackages.includes(name) && !Object.values(kernelPackages).includes(name),
  );
  const trees = recipe.trees ?? [];
  const isPlain = include.length + trees.length === 0 && recipe.name === plainName(recipe);
  return [
    ...['image', 'build'],
    ...(isPlain ? [] : [recipe.name]),
    ...(recipe.suite === DEFAULT_SUITE ? [] : ['--suite', recipe.suite]),
    ...(recipe.architecture === undefined ? [] : ['--arch', recipe.architecture]),
    ...(recipe.boot === 'settled' ? [] : ['--boot', recipe.boot]),
    ...(recipe.agent ? [] : ['--without-agent']),
    ...(include.length === 0 ? [] : ['--include', include.join(',')]),
    ...trees.flatMap(({ folder }) => ['--tree', folder]),
  ];
}

function nameNeeded(recipe: Recipe, include: readonly string[]): Error {
  const what = include.length > 0 ? 'packages' : 'files';
  return usageError('name-needed', `an image with ${what} of its own needs a name of its own`, {
    hint: buildCommand({ ...recipe, name: 'NAME' }),
  });
}

function nameTaken(plain: Recipe, wanted: Recipe): Error {
  return usageError(
    'name-taken',
    `the name ${plain.name} stands for Debian ${plain.suite} as it is (${plain.boot})`,
    { hint: buildCommand({ ...wanted, name: 'NAME' }) },
  );
}

function checkedName(name: string): string {
  // The name stands in file names and on the command line, and must not look like an option or a hidden file.
  if (/^[a-z0-9][a-z0-9._-]{0,63}$/.test(name)) return name;
  throw usageError('bad-image-name', `"${name}" is no image name`, {
    hint: 'small letters, digits, dots, hyphens and underscores; at most 64',
  });
}

function checkedSuite(suite: string): string {
  if (/^[a-z][a-z0-9.-]*$/.test(suite)) return suite;
  throw usageError('bad-suite', `"${suite}" is no Debian suite`, {
    hint: `known: ${plainSuites.join(', ')}`,
  });
}

function checkedPackage(name: string): string {
  // Debian Policy 5.6.1; anything else could be a pattern or an option to apt.
  if (/^[a-z0-9][a-z0-9+.-]+$/.test(name)) return name;
  throw usageError('bad-package', `"${name}" is no Debian package name`, {
    hint: 'names are separated by commas: --include nginx,openssh-server',
  });
}
