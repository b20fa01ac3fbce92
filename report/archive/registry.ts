import { dataPackage } from './data-package.ts';
import { figureFiles } from './figure-files.ts';
import { imagePackages } from './image-packages.ts';
import { latexTables } from './latex-tables.ts';
import type { ArchivePart } from './part.ts';
import { recordFile } from './record-file.ts';
import { reproduceText } from './reproduce-text.ts';
import { roCrate } from './ro-crate.ts';
import { tidyTables } from './tidy-tables.ts';

/** Everything that an archive holds; a part that describes others comes after them. */
export const archiveParts: readonly ArchivePart[] = [
  recordFile,
  tidyTables,
  imagePackages,
  figureFiles,
  latexTables,
  dataPackage,
  reproduceText,
  roCrate,
];
