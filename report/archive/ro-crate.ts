import { jsonText } from '../../core/text.ts';
import { toolVersion } from '../../results/provenance.ts';
import type { ArchiveFile, ArchivePart } from './part.ts';

const METADATA = 'ro-crate-metadata.json';

/**
 * ro-crate-metadata.json: an RO-Crate 1.1 (https://www.researchobject.org/ro-crate/1.1/). Comes last: it lists all
 * others.
 */
export const roCrate: ArchivePart = ({ record, model }, before) => {
  const graph = [
    {
      '@id': METADATA,
      '@type': 'CreativeWork',
      conformsTo: { '@id': 'https://w3id.org/ro/crate/1.1' },
      about: { '@id': './' },
    },
    {
      '@id': './',
      '@type': 'Dataset',
      name: model.title,
      description: [model.subtitle, ...(model.notice === undefined ? [] : [model.notice])].join('. '),
      identifier: record.id,
      datePublished: record.endedAt ?? record.startedAt,
      hasPart: before.map(({ path }) => ({ '@id': path })),
      mentions: { '@id': '#run' },
    },
    ...before.map(fileEntity),
    {
      '@id': '#twinboot',
      '@type': 'SoftwareApplication',
      name: 'twinboot',
      softwareVersion: toolVersion(record),
    },
    {
      '@id': '#run',
      '@type': 'CreateAction',
      name: `Run ${record.id}`,
      ...(record.commandLine === undefined ? {} : { description: record.commandLine }),
      startTime: record.startedAt,
      ...(record.endedAt === undefined ? {} : { endTime: record.endedAt }),
      actionStatus: {
        '@id': `http://schema.org/${record.state === 'complete' ? 'CompletedActionStatus' : 'FailedActionStatus'}`,
      },
      instrument: { '@id': '#twinboot' },
      result: { '@id': 'run.json' },
    },
  ];
  return [
    {
      path: METADATA,
      content: `${jsonText({ '@context': 'https://w3id.org/ro/crate/1.1/context', '@graph': graph }, 2)}\n`,
      mediaType: 'application/ld+json',
      description: 'What the archive holds (RO-Crate)',
    },
  ];
};

function fileEntity({ path, content, mediaType, description }: ArchiveFile): Record<string, string> {
  return {
    '@id': path,
    '@type': 'File',
    name: description,
    encodingFormat: mediaType,
    contentSize: String(Buffer.byteLength(content)),
  };
}
