import { renderCsv } from '../../results/export/table.ts';
import type { ArchivePart } from './part.ts';

/** What is installed in the image. */
export const imagePackages: ArchivePart = ({ record: { image } }) => [
  {
    path: 'data/packages.csv',
    content: renderCsv<(typeof image.packages)[number]>(
      { package: ({ name }) => name, version: ({ version }) => version },
      image.packages,
    ),
    mediaType: 'text/csv',
    description: 'The packages of the image and their versions',
    isTable: true,
  },
];
