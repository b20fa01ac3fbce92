import { createHash } from 'node:crypto';
import { jsonText } from '../../core/text.ts';
import type { ArchiveFile, ArchivePart } from './part.ts';

interface Field {
  type: 'string' | 'integer' | 'number' | 'boolean' | 'datetime';
  description: string;
}

/** The columns of every table of an archive: a name means the same in all of them. */
const fields: Readonly<Record<string, Field>> = {
  run: { type: 'string', description: 'Id of the run' },
  scenario: { type: 'string', description: 'Id of the scenario' },
  runtime: { type: 'string', description: 'Id of the runtime, with its options' },
  phase: { type: 'string', description: '`warmup` samples are kept and never counted' },
  round: { type: 'integer', description: '1-based within its phase' },
  order: { type: 'integer', description: '1-based position within the round' },
  boot: { type: 'string', description: 'The boot that the sample looked at' },
  started_at: { type: 'datetime', description: 'UTC' },
  outcome: { type: 'string', description: '`ok`, `failed` or `timeout`' },
  metric: { type: 'string', description: 'Id of the metric; run.json defines it' },
  unit: { type: 'string', description: 'Of the values in the line' },
  value: { type: 'number', description: 'In `unit`; of a figure, in the unit of its axis' },
  emulated: { type: 'boolean', description: 'true: not a figure of hardware virtualisation' },
  time_marks: { type: 'string', description: 'Why times are not those of bare metal' },
  error: { type: 'string', description: 'Why there is no value' },
  n: { type: 'integer', description: 'Values that count' },
  missing: { type: 'integer', description: 'Measured samples without a value' },
  median: { type: 'number', description: 'In `unit`' },
  ci_low: { type: 'number', description: 'Lower end of the 95 % interval' },
  ci_high: { type: 'number', description: 'Upper end of the 95 % interval' },
  mean: { type: 'number', description: 'In `unit`' },
  sd: { type: 'number', description: 'Standard deviation, in `unit`' },
  min: { type: 'number', description: 'In `unit`' },
  p25: { type: 'number', description: 'Lower quartile, in `unit`' },
  p75: { type: 'number', description: 'Upper quartile, in `unit`' },
  max: { type: 'number', description: 'In `unit`' },
  drift: {
    type: 'string',
    description: '`falls` or `rises` over the rounds, so that the interval is of no one level',
  },
  missing_reasons: { type: 'string', description: 'Why values are missing' },
  container: { type: 'string', description: 'Id of the container runtime' },
  vm: { type: 'string', description: 'Id of the VM runtime' },
  ratio: { type: 'number', description: "Median of the VM's value over the container's, by round" },
  package: { type: 'string', description: 'Name of the package' },
  version: { type: 'string', description: 'Version of the package' },
  panel: { type: 'string', description: 'The part of the figure' },
  series: { type: 'string', description: 'As the legend names it' },
  category: { type: 'string', description: 'What a bar or a box stands for' },
  part: { type: 'string', description: 'What is drawn: a value, a part of a box, a point of a fitted line' },
  x: { type: 'number', description: 'Along the other axis' },
  from: { type: 'number', description: 'Where a bar begins that does not begin at 0' },
  low: { type: 'number', description: 'Lower end of the interval' },
  high: { type: 'number', description: 'Upper end of the interval' },
};

/** datapackage.json: a Tabular Data Package of Frictionless, version 1 (https://specs.frictionlessdata.io). */
export const dataPackage: ArchivePart = ({ record }, before) => {
  const content = {
    profile: 'tabular-data-package',
    name: `twinboot-${record.id.toLowerCase().replace(/[^a-z0-9._-]/g, '-')}`,
    title: `twinboot run ${record.id}`,
    created: record.startedAt,
    resources: before.filter(({ isTable }) => isTable).map(resourceOf),
  };
  return [
    {
      path: 'datapackage.json',
      content: `${jsonText(content, 2)}\n`,
      mediaType: 'application/json',
      description: 'The columns of all tables (Frictionless Data Package)',
    },
  ];
};

function resourceOf({ path, content, description }: ArchiveFile): Record<string, unknown> {
  const bytes = Buffer.from(content);
  const [head = ''] = bytes.toString('utf8').split('\n', 1);
  return {
    profile: 'tabular-data-resource',
    name: path
      .toLowerCase()
      .replace(/\.csv$/, '')
      .replace(/[^a-z0-9._-]/g, '-'),
    path,
    description,
    format: 'csv',
    mediatype: 'text/csv',
    encoding: 'utf-8',
    bytes: bytes.length,
    hash: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    schema: { fields: head.split(',').map((name) => ({ name, ...fields[name] })), missingValues: [''] },
  };
}
