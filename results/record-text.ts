import { createHash } from 'node:crypto';
import { jsonText } from '../core/text.ts';
import type { RunRecord, Sample } from './record.ts';

/**
 * The text of `run.json` in pieces: plain JSON with a line for each member and each sample, so that `grep` and `diff`
 * are of use. A sample is turned into text once and kept so, and is frozen with that.
 */
export function recordPieces(record: RunRecord): Buffer[] {
  return piecesOf(record, keptText);
}

function piecesOf(record: RunRecord, sampleText: (sample: Sample) => Buffer): Buffer[] {
  const members = Object.entries(record).filter(([, value]) => value !== undefined);
  const pieces = members.flatMap(([name, value], index) => {
    const start = Buffer.from(`${index === 0 ? '{' : ','}\n${jsonText(name)}: `);
    return name === 'samples' ? [start, ...samplePieces(record.samples, sampleText)] : [start, toJson(value)];
  });
  return [...pieces, Buffer.from('\n}\n')];
}

const readFrom = new WeakMap<RunRecord, string>();

/**
 * SHA-256 of the record's `run.json`, hex: of the bytes that it was read from, or of those that are written for it now.
 */
export function recordDigest(record: RunRecord): string {
  return readFrom.get(record) ?? digestOf(piecesOf(record, textOf));
}

/** Keeps that `record` was read from `bytes`. Nobody changes a record that was read. */
export function rememberBytes(record: RunRecord, bytes: Buffer): void {
  readFrom.set(record, digestOf([bytes]));
}

function digestOf(pieces: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

const serialised = new WeakMap<Sample, Buffer>();

function samplePieces(samples: readonly Sample[], sampleText: (sample: Sample) => Buffer): Buffer[] {
  const separator = Buffer.from(',\n');
  const lines = samples.flatMap((sample, index) =>
    index === 0 ? [sampleText(sample)] : [separator, sampleText(sample)],
  );
  return [Buffer.from('[\n'), ...lines, Buffer.from('\n]')];
}

function textOf(sample: Sample): Buffer {
  return serialised.get(sample) ?? toJson(withoutUnwritable(sample));
}

function keptText(sample: Sample): Buffer {
  const known = serialised.get(sample);
  if (known) return known;
  const text = textOf(deepFreeze(sample));
  serialised.set(sample, text);
  return text;
}

/** JSON has no NaN and no infinity, and would say null, which no reader takes for a number. */
function withoutUnwritable(sample: Sample): Sample {
  const unwritable = sample.values.filter(({ value }) => !Number.isFinite(value));
  if (unwritable.length === 0) return sample;
  return {
    ...sample,
    values: sample.values.filter(({ value }) => Number.isFinite(value)),
    missing: [
      ...sample.missing,
      ...unwritable.map(({ metric, value }) => ({ metric, reason: `the value is ${value}` })),
    ],
  };
}

function toJson(value: unknown): Buffer {
  return Buffer.from(jsonText(value));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
