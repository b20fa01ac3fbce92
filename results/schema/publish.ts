import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../core/package-root.ts';
import { gateJsonSchema, jsonSchema } from './json-schema.ts';

/** `npm run docs`: to be run, and its files committed, whenever one of the schemas changes. */
const schemas = { 'run-1': jsonSchema(), 'gate-1': gateJsonSchema() };
for (const [name, schema] of Object.entries(schemas)) {
  const file = join(packageRoot(), 'results', 'schema', `${name}.schema.json`);
  writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
  console.log(`wrote ${file}`);
}
