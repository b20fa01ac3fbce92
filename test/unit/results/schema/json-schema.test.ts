import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../../core/package-root.ts';
import { jsonSchema } from '../../../../results/schema/json-schema.ts';

describe('the published schema', () => {
  it('is the one of the code; if not: npm run docs', () => {
    const file = join(packageRoot(), 'results', 'schema', 'run-1.schema.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(jsonSchema());
  });

  it('has an id, a title and the shape of the services ledger', () => {
    expect(jsonSchema()).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'urn:twinboot:run:1',
      title: 'twinboot run record',
      required: expect.arrayContaining(['schema', 'plan', 'samples']) as string[],
      $defs: { ledger: { properties: { services: { type: 'array' } } } },
    });
  });

  it('allows members that a later twinboot may add', () => {
    expect(JSON.stringify(jsonSchema())).not.toContain('"additionalProperties":false');
  });
});
