import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../core/package-root.ts';
import { jsonSchema } from './json-schema.ts';

/** `npm run docs`: to be run, and its file committed, whenever the record's schema changes. */
const file = join(packageRoot(), 'results', 'schema', 'run-1.schema.json');
writeFileSync(file, `${JSON.stringify(jsonSchema(), null, 2)}\n`);
console.log(`wrote ${file}`);
