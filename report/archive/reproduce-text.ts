import { codeBlock, gfm, type Markdown } from '../../core/markup.ts';
import { shellLine } from '../../core/shell.ts';
import { snapshotUrl } from '../../results/image-source.ts';
import { toolVersion } from '../../results/provenance.ts';
import { recordDigest } from '../../results/record-text.ts';
import type { ImageDescription } from '../../results/record.ts';
import { factBlocks } from '../markdown.ts';
import type { ArchivePart, ArchiveSource } from './part.ts';

/** REPRODUCE.md: how somebody who has the archive alone builds the image, measures again, and compares. */
export const reproduceText: ArchivePart = (source, before) => [
  {
    path: 'REPRODUCE.md',
    content: `${gfm.join(blocksOf(source, before), '\n\n').toString()}\n`,
    mediaType: 'text/markdown',
    description: 'How to build the image, to measure again and to compare',
  },
];

function blocksOf({ record, model, command }: ArchiveSource, before: Parameters<ArchivePart>[1]): Markdown[] {
  const { commit, isChanged, whyNoCommit } = record.tool;
  return [
    gfm`# Run ${record.id}, to be repeated`,
    gfm`${model.title}. ${model.subtitle}. SHA-256 of run.json: ${recordDigest(record)}.`,
    ...(model.notice === undefined ? [] : [gfm`> This archive is of an incomplete run. ${model.notice}`]),
    gfm`## 1. The same twinboot`,
    gfm`It was measured with twinboot ${toolVersion(record)}.`,
    commit === undefined
      ? gfm`Its commit is not known${whyNoCommit === undefined ? '' : `: ${whyNoCommit}`}. Take the release of that version.`
      : codeBlock(`git checkout ${commit}\nnpm ci`),
    ...(isChanged === true ? [gfm`Its sources had changes that the commit does not hold.`] : []),
    gfm`Below, ${'twinboot'} is ${'npx twinboot'} in its checkout.`,
    gfm`## 2. The same image`,
    ...imageBlocks(record.image),
    gfm`## 3. The same run`,
    ...(command === undefined
      ? [gfm`The command line was not recorded. The plan in run.json says what was measured.`]
      : [gfm`As root on a host as below:`, codeBlock(command)]),
    gfm`## 4. Whether the two agree`,
    codeBlock('twinboot compare run.json THE-NEW-RUN'),
    gfm`A note at its end says it in one sentence: “The two agree”, “The two differ”, or “Whether the two agree is undecided”, which more rounds decide. Hosts that differ are refused with what differs, since their figures are; ${'--force'} compares them all the same and marks every line.`,
    ...factBlocks('The host that it was measured on', model.host),
    ...factBlocks('All that is known of the run', model.reproduce),
    gfm`## What is in this archive`,
    gfm.join(
      before.map(({ path, description }) => gfm`- ${path}: ${description}`),
      '\n',
    ),
  ];
}

function imageBlocks(image: ImageDescription): Markdown[] {
  const { name, recipe, digest, contentDigest } = image;
  if (recipe === undefined) {
    return [gfm`How the image ${name} was built is not recorded. Its disk file has SHA-256 ${digest}.`];
  }
  const snapshot = snapshotUrl(image);
  const from = (mirror: string): string => `${recipe.command} --rebuild --mirror ${shellLine([mirror])}`;
  const show = `twinboot image show ${shellLine([name])}`;
  return [
    gfm`From the archive of Debian as it was then${snapshot === undefined ? '' : ' (the snapshot of that day)'}, or from any mirror as long as it has the same packages:`,
    codeBlock([...(snapshot === undefined ? [] : [from(snapshot)]), from(recipe.mirror)].join('\n')),
    ...(recipe.command.includes(' --tree ')
      ? [gfm`The folder after ${'--tree'} is the author's own, and not in this archive.`]
      : []),
    codeBlock(show),
    gfm`It has to show sha256 ${digest}${contentDigest === undefined ? '' : `, and content ${contentDigest}`}.`,
    ...(contentDigest === undefined
      ? []
      : [
          gfm`Where the content is the same and sha256 is not, another version of mke2fs has laid out the same files (${toolsText(recipe.tools)} were used). Where the content differs, packages do: compare data/packages.csv with what ${`${show} --packages`} lists.`,
        ]),
  ];
}

function toolsText(tools: Readonly<Record<string, string>>): string {
  const known = Object.entries(tools).map(([name, version]) => `${name} ${version}`);
  return known.length === 0 ? 'tools of versions that are not known' : known.join(', ');
}
