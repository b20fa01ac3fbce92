import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../core/package-root.ts';
import { gatePage } from './gate-page.ts';
import { gateJsonSchema, jsonSchema } from './json-schema.ts';

/** `npm run docs`: to be run, and its files committed, whenever one of the schemas changes. */
const files = {
  'results/schema/run-1.schema.json': `${JSON.stringify(jsonSchema(), null, 2)}\n`,
  'results/schema/gate-1.schema.json': `${JSON.stringify(gateJsonSchema(), null, 2)}\n`,
  'docs/gate-file.md': gatePage(),
};
for (const [name, text] of Object.entries(files)) {
  const file = join(packageRoot(), name);
  writeFileSync(file, text);
  console.log(`wrote ${file}`);
}
