import { describe, expect, it } from 'vitest';
import { migrate, shortened } from '../../../results/migrate.ts';
import { RECORD_SCHEMA } from '../../../results/record.ts';

describe('migrate', () => {
  it('leaves a document of the current schema as it is', () => {
    const document = { schema: RECORD_SCHEMA, samples: [] };
    expect(migrate(document, 'run.json')).toBe(document);
  });

  it('refuses an older schema that never was', () => {
    expect(() => migrate({ schema: 'twinboot.run/0' }, 'old/run.json')).toThrow(
      expect.objectContaining({
        code: 'unknown-schema',
        message: 'old/run.json has the schema twinboot.run/0, which no release of twinboot wrote',
        hint: 'known: twinboot.run/1',
      }),
    );
  });

  it('refuses a newer schema and says what to do', () => {
    expect(() => migrate({ schema: 'twinboot.run/12' }, 'run.json')).toThrow(
      expect.objectContaining({ code: 'newer-schema', hint: 'update twinboot' }),
    );
  });

  it.each(['toString', '__proto__', 'constructor'])('does not take %s for a schema', (schema) => {
    expect(() => migrate({ schema }, 'run.json')).toThrow(expect.objectContaining({ code: 'not-a-record' }));
  });
});

describe('shortened', () => {
  it('quotes a value and cuts what is long', () => {
    expect(shortened('abc')).toBe('"abc"');
    expect(shortened(undefined)).toBe('nothing');
    expect(shortened('x'.repeat(50), 10)).toBe('"xxxxxxxxx…');
  });

  it('shows control characters as escapes', () => {
    expect(shortened('\u001b[31mred')).toBe(String.raw`"\u001b[31mred"`);
  });
});
