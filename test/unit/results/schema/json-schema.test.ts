import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../../core/package-root.ts';
import { gateJsonSchema, jsonSchema } from '../../../../results/schema/json-schema.ts';

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

describe('the published schema of twinboot.yaml', () => {
  it('is the one of the code; if not: npm run docs', () => {
    const file = join(packageRoot(), 'results', 'schema', 'gate-1.schema.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(gateJsonSchema());
  });

  it('describes every key, and refuses others, so that an editor can complete and mark them', () => {
    const schema = gateJsonSchema() as {
      additionalProperties: boolean;
      required?: string[];
      properties: Record<string, { description?: string }>;
    };
    expect(schema.additionalProperties).toBe(false);
    expect(schema.required).toBeUndefined();
    const bare = Object.entries(schema.properties).filter(([, { description }]) => description === undefined);
    expect(bare).toEqual([]);
  });

  it('knows the limits of a metric, for all runtimes and for one', () => {
    const limits = { max: {}, min: {}, regression: { type: 'string' } };
    expect(gateJsonSchema()).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      properties: {
        metrics: {
          additionalProperties: {
            properties: limits,
            additionalProperties: { properties: limits, additionalProperties: false },
          },
        },
      },
    });
  });
});
