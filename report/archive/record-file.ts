import type { ArchivePart } from './part.ts';

/** The record itself, to the byte: everything else is made from it. */
export const recordFile: ArchivePart = ({ bytes }) => [
  {
    path: 'run.json',
    content: bytes,
    mediaType: 'application/json',
    description: 'The run record: every value that was measured, and what it was measured on',
  },
];
