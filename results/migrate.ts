import { usageError } from '../core/error.ts';
import { packageVersion } from '../core/package-root.ts';
import { jsonText } from '../core/text.ts';
import { RECORD_SCHEMA } from './record.ts';

type Document = Record<string, unknown>;

/**
 * From the schema a document names to the function that lifts it by one step, its `schema` included. A change that
 * old readers cannot live with gets a new id and a line here; old records stay readable for good.
 */
const steps: Readonly<Record<string, (document: Document) => Document>> = {
  [RECORD_SCHEMA]: (document) => document,
};

/**
 * Lifts what was read from `source` to the current schema; whether it keeps to that schema is for the caller to
 * check. Throws `not-a-record`, `newer-schema` or `unknown-schema`.
 */
export function migrate(read: unknown, source: string): Document {
  if (typeof read !== 'object' || read === null || Array.isArray(read)) {
    throw usageError('not-a-record', `${source} is JSON, but no twinboot record`, { hint: POINT_AT_RUN });
  }
  let document = read as Document;
  for (;;) {
    const step = steps[schemaOf(document, source)];
    if (!step) throw unknownSchema(schemaOf(document, source), source);
    document = step(document);
    if (document.schema === RECORD_SCHEMA) return document;
  }
}

const POINT_AT_RUN = 'give a run folder, or the run.json in it';

function schemaOf(document: Document, source: string): string {
  const { schema } = document;
  if (typeof schema === 'string' && /^twinboot\.run\/\d{1,6}$/.test(schema)) return schema;
  const said = schema === undefined ? 'it names no schema' : `its schema is ${shortened(schema)}`;
  throw usageError('not-a-record', `${source} is no twinboot record: ${said}`, { hint: POINT_AT_RUN });
}

function unknownSchema(schema: string, source: string) {
  if (versionOf(schema) > versionOf(RECORD_SCHEMA)) {
    return usageError(
      'newer-schema',
      `${source} was written by a newer twinboot: its schema is ${schema}, this twinboot (${packageVersion()}) reads ${RECORD_SCHEMA}`,
      { hint: 'update twinboot' },
    );
  }
  return usageError(
    'unknown-schema',
    `${source} has the schema ${schema}, which no release of twinboot wrote`,
    {
      hint: `known: ${Object.keys(steps).join(', ')}`,
    },
  );
}

function versionOf(schema: string): number {
  return Number(schema.slice(schema.indexOf('/') + 1));
}

/** Any value as JSON, cut where it gets long. */
export function shortened(value: unknown, length = 60): string {
  const json = value === undefined ? 'nothing' : jsonOf(value);
  return json.length > length ? `${json.slice(0, length)}…` : json;
}

/** JSON.stringify calls itself for each level. */
function jsonOf(value: object | string | number | boolean | bigint | symbol | null): string {
  try {
    return jsonText(value);
  } catch {
    return 'what is too deep to show';
  }
}
