import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../../core/package-root.ts';
import { gateJsonSchema } from '../../../../results/schema/gate-json-schema.ts';

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
