import { z } from 'zod';
import { ledgerSchema, RECORD_SCHEMA, recordSchema } from '../record.ts';
import { unitTimesSchema } from '../unit-times.ts';
import { gateFileSchema } from '../gate/file-schema.ts';

/**
 * The run record as JSON Schema (draft 2020-12), for readers in other languages. Members it does not name are
 * allowed: a later twinboot may add some without a new schema id. `$defs.ledger` is the `details` of a services
 * sample, `$defs.unitTimes` of a startup sample.
 */
export function jsonSchema(): Record<string, unknown> {
  const { $schema, ...record } = z.toJSONSchema(recordSchema, { io: 'input' });
  const ledger = z.toJSONSchema(ledgerSchema, { io: 'input' });
  delete ledger.$schema;
  const unitTimes = z.toJSONSchema(unitTimesSchema, { io: 'input' });
  delete unitTimes.$schema;
  return {
    $schema,
    $id: `urn:${RECORD_SCHEMA.replaceAll(/[./]/g, ':')}`,
    title: 'twinboot run record',
    description:
      'Everything one run of twinboot measured. Numbers are raw; a metric without a value is missing with a reason, never 0.',
    ...record,
    $defs: { ...record.$defs, ledger, unitTimes },
  };
}

/**
 * `twinboot.yaml` as JSON Schema, for editors: `# yaml-language-server: $schema=…` in its first line. Draft 7, since
 * that is what editors' YAML support understands everywhere.
 */
export function gateJsonSchema(): Record<string, unknown> {
  const { $schema, ...gate } = z.toJSONSchema(gateFileSchema, { io: 'input', target: 'draft-7' });
  return {
    $schema,
    $id: 'urn:twinboot:gate:1',
    title: 'twinboot gate',
    description: 'What `twinboot gate` runs, and the rules that its record must keep.',
    ...gate,
  };
}
