import type { RunRecord } from '../../results/record.ts';
import type { Summary } from '../../results/summary.ts';
import type { Figure } from '../charts/spec.ts';
import type { ReportModel } from '../model/report.ts';
import type { Drawn } from '../pictures.ts';

/** A file of an archive. */
export interface ArchiveFile {
  /** Below the archive's folder, with `/`. */
  path: string;
  content: string | Uint8Array;
  mediaType: string;
  /** One sentence: what it holds. */
  description: string;
  /** A CSV of which datapackage.json describes the columns. */
  isTable?: true;
}

/** What every part of an archive is made from. */
export interface ArchiveSource {
  record: RunRecord;
  /** The record's `run.json` as it was read. */
  bytes: Buffer;
  summary: Summary;
  model: ReportModel;
  figures: readonly { figure: Figure; drawn: Drawn }[];
  /** The command line that measures the same again. */
  command: string | undefined;
}

/** Pure. `before`: the files of the parts that come before it in the registry. */
export type ArchivePart = (source: ArchiveSource, before: readonly ArchiveFile[]) => ArchiveFile[];
