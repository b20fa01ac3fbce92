import { figureCsv, figurePgfplots } from './figure-data.ts';
import type { ArchiveFile, ArchivePart } from './part.ts';

/** Every figure as SVG and PNG, with what it draws. One that could not be drawn has its data. */
export const figureFiles: ArchivePart = ({ figures }) =>
  figures.flatMap(({ figure, drawn }): ArchiveFile[] => {
    const { id, title } = figure;
    const picture = 'picture' in drawn ? drawn.picture : undefined;
    const named = (ending: string): string => `figures/${id}.${ending}`;
    return [
      ...(picture === undefined
        ? []
        : [
            { path: named('svg'), content: picture.svg, mediaType: 'image/svg+xml', description: title },
            { path: named('png'), content: picture.png, mediaType: 'image/png', description: title },
          ]),
      {
        path: named('csv'),
        content: figureCsv(figure),
        mediaType: 'text/csv',
        description: `What is drawn: ${title}`,
        isTable: true,
      },
      {
        path: named('dat'),
        content: figurePgfplots(figure),
        mediaType: 'text/plain',
        description: `What is drawn, for pgfplots: ${title}`,
      },
    ];
  });
