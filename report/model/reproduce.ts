import { shellLine } from '../../core/shell.ts';
import { plainLine } from '../../core/text.ts';
import { formatBytes } from '../../core/units.ts';
import { snapshotUrl } from '../../results/image-source.ts';
import { toolVersion } from '../../results/provenance.ts';
import { recordDigest } from '../../results/record-text.ts';
import type { HostSettings, ImageDescription, RunRecord, RuntimeDescription } from '../../results/record.ts';
import type { Context } from '../../results/tables/context.ts';
import type { Fact } from './facts.ts';

const OLDER = 'not recorded: an older twinboot measured this';
/** A list of packages, or a command line. */
const LONG = 20_000;

/**
 * What it takes to read, to repeat and to cite a run, in one block. What is not known is said, with its reason.
 * `provenance`: `provenanceLine` of the record.
 */
export function reproduceFacts({ record }: Context, provenance: string): Fact[] {
  return [
    { term: 'Command', text: plainLine(record.commandLine ?? OLDER, LONG) },
    { term: 'twinboot', text: plainLine(`${toolVersion(record)}${commitReason(record)}`) },
    { term: 'Record', text: `run.json, SHA-256 ${recordDigest(record)}` },
    ...imageRecipeFacts(record.image),
    ...record.runtimes.map(commandFact),
    ...settingsFacts(record.host.settings),
    {
      term: 'Cite as',
      text: plainLine(`${provenance}, run ${record.id}, of ${record.startedAt.slice(0, 10)}`),
    },
  ];
}

function commitReason({ tool: { commit, whyNoCommit } }: RunRecord): string {
  if (commit !== undefined) return '';
  return `; commit ${whyNoCommit === undefined ? OLDER : `not known: ${whyNoCommit}`}`;
}

function imageRecipeFacts(image: ImageDescription): Fact[] {
  const { recipe, packages, distribution, suite, boot, digest, contentDigest } = image;
  const list = packages.map(({ name, version }) => `${name} ${version}`).join(', ');
  const digests = [
    `disk SHA-256 ${digest}`,
    contentDigest === undefined ? `content: ${OLDER}` : `content SHA-256 ${contentDigest}`,
  ];
  return [
    {
      term: 'Image recipe',
      text: plainLine(
        recipe === undefined
          ? `${distribution} ${suite}, ${boot}; the rest is ${OLDER}`
          : `${recipe.command}: ${distribution} ${suite}, ${recipe.variant} and ${recipe.packages.join(', ')}, ${boot}`,
        1000,
      ),
    },
    { term: 'Image digests', text: plainLine(digests.join('; ')) },
    ...(recipe === undefined
      ? []
      : [{ term: 'Image source', text: plainLine(sourceText(image, recipe), 1000) }]),
    { term: 'Image packages', text: plainLine(list === '' ? 'none' : list, LONG) },
  ];
}

function sourceText(image: ImageDescription, recipe: NonNullable<ImageDescription['recipe']>): string {
  const { mirror, archiveDate, archiveVersion, tools, missing } = recipe;
  const snapshot = snapshotUrl(image);
  const version = archiveVersion === undefined ? '' : `, release ${archiveVersion}`;
  return [
    `mirror ${mirror}${version}`,
    ...(archiveDate === undefined ? [] : [`its archive of ${archiveDate}`]),
    ...(snapshot === undefined ? [] : [`snapshot ${snapshot}`]),
    ...Object.entries(tools).map(([name, toolVersion]) => `${name} ${toolVersion}`),
    ...missing.map(({ fact, reason }) => `${fact} not known: ${reason}`),
  ].join('; ');
}

function commandFact({ id, command }: RuntimeDescription): Fact {
  const term = plainLine(`Command of ${id}`);
  if (command === undefined)
    return { term, text: 'not recorded: nothing was started, or an older twinboot measured this' };
  const { words, environment } = command;
  const before = Object.entries(environment).map(([name, value]) => `${name}=${shellLine([value])} `);
  return { term, text: plainLine(`${before.join('')}${shellLine(words)}`, LONG) };
}

/** Each with its reason where it is not known. */
function settingsFacts(settings: HostSettings | undefined): Fact[] {
  if (settings === undefined) return [{ term: 'Host settings', text: OLDER }];
  const { vulnerabilities, governor, smt, swapBytes, transparentHugePages, microcode, kernelCommandLine } =
    settings;
  const whyMissing = new Map(settings.missing.map(({ fact, reason }) => [fact, reason]));
  const fact = (term: string, name: string, text: string | undefined): Fact => ({
    term,
    text: plainLine(text ?? `not known: ${whyMissing.get(name) ?? 'no reason was recorded'}`, 2000),
  });
  const mitigations =
    vulnerabilities && Object.entries(vulnerabilities).map(([name, state]) => `${name}: ${state}`);
  return [
    fact('Mitigations', 'vulnerabilities', mitigations?.join('; ')),
    fact('Governor', 'governor', governor),
    fact('SMT', 'smt', smt),
    fact(
      'Swap',
      'swap',
      swapBytes === undefined ? undefined : swapBytes === 0 ? 'none' : formatBytes(swapBytes),
    ),
    fact('Transparent huge pages', 'transparent huge pages', transparentHugePages),
    fact('Microcode', 'microcode', microcode),
    fact('Kernel command line', 'kernel command line', kernelCommandLine),
  ];
}
