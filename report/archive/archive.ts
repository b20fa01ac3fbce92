import { zipSync, type Zippable } from 'fflate';
import { visible } from '../../core/text.ts';
import type { RunRecord } from '../../results/record.ts';
import { summarise } from '../../results/summary.ts';
import { figuresOf } from '../charts/registry.ts';
import { buildModel } from '../model/report.ts';
import { openPictures } from '../pictures.ts';
import type { ArchiveFile, ArchiveSource } from './part.ts';
import { archiveParts } from './registry.ts';

/** A run's archive: a ZIP file of one folder. */
export interface Archive {
  zip: Uint8Array;
  files: readonly ArchiveFile[];
  /** Why some pictures or all are missing. */
  undrawn?: string;
}

/**
 * Makes the archive of a run: the same record gives the same bytes, whenever and wherever this twinboot makes it. Pure
 * but for drawing. `command`: the command line that measures the same again, where it is known.
 */
export async function makeArchive(
  record: RunRecord,
  { bytes, command }: Pick<ArchiveSource, 'bytes' | 'command'>,
): Promise<Archive> {
  const summary = summarise(record);
  const model = buildModel(record, summary);
  const draw = await openPictures();
  const figures: ArchiveSource['figures'][number][] = [];
  // One after the other, as in a report: each bitmap takes ten megabytes.
  for (const figure of figuresOf(model)) figures.push({ figure, drawn: await draw(figure, model.source) });
  const source = { record, bytes, summary, model, figures, command };
  const files = archiveParts.reduce<ArchiveFile[]>(
    (before, part) => [...before, ...part(source, before)],
    [],
  );
  const undrawn = figures.flatMap(({ drawn }) => ('reason' in drawn ? [drawn.reason] : []))[0];
  return { zip: zipOf(archiveName(record), files), files, ...(undrawn === undefined ? {} : { undrawn }) };
}

/** The archive's folder, and the name of its file without `.zip`: a record may come from anywhere. */
export function archiveName({ id }: RunRecord): string {
  return `twinboot-${visible(id)
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .slice(0, 80)}`;
}

function zipOf(folder: string, files: readonly ArchiveFile[]): Uint8Array {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const entries: Zippable = {};
  for (const { path, content, mediaType } of sorted) {
    // A picture is compressed already.
    entries[`${folder}/${path}`] = [Buffer.from(content), { level: mediaType === 'image/png' ? 0 : 9 }];
  }
  // A ZIP file has local times: this is the first that it knows, in whatever zone it is made.
  return zipSync(entries, { mtime: new Date(1980, 0, 1) });
}
