import { describe, expect } from 'vitest';
import { TwinbootError } from '../../../core/error.ts';
import { jsonFault } from '../../../results/json-position.ts';
import { parseRecord } from '../../../results/read-record.ts';
import { buildRecord } from '../../fixtures/records/record.ts';
import { broken, drawn, holds, oddText, staysQuick, unlessRefused, same } from '../../support/property.ts';

describe('a record’s file', () => {
  const record = buildRecord({
    rounds: 1,
    warmup: 0,
    runtimes: ['nspawn'],
    scenarios: ['startup'],
    failedBoot: false,
  });
  const samples = record.samples.map((sample) => ({
    ...sample,
    values: sample.values.slice(0, 1),
    missing: [],
  }));
  const image = { ...record.image, packages: [] };
  const text = JSON.stringify({ ...record, image, samples, scenarios: [] });
  const spoiled = drawn((draw) => (draw.chance(0.5) ? broken(draw, text) : oddText(draw)));

  holds('is read, or refused with its name, whatever is in it', spoiled, (said) => {
    try {
      same(parseRecord(said, 'run.json').schema, record.schema);
    } catch (error) {
      if (!(error instanceof TwinbootError)) throw error;
      expect(error.message).toContain('run.json');
      same(error.exitCode, 2);
    }
  });

  staysQuick('text', ['{"schema":', '{"schema":"twinboot.run/1","samples":[', '[', '"'], (said) =>
    unlessRefused(() => parseRecord(said, 'run.json')),
  );
});

describe('where a text stops being JSON', () => {
  const cut = drawn((draw) => {
    const value = [{ [oddText(draw, 1)]: [draw.int(-9, 99) / 8, null, true] }, oddText(draw, 3), {}];
    const text = JSON.stringify(value, null, draw.of([0, 1]));
    const at = draw.int(1, text.length - 1);
    return { text, at, junk: draw.of(['?', 'x', ']]', '\0', '€']) };
  });

  holds('is its end where it was cut, and never behind what is wrong', cut, ({ text, at, junk }) => {
    const head = text.slice(0, at);
    same(jsonFault(head), {
      byte: Buffer.byteLength(head),
      line: head.split('\n').length,
      truncated: true,
    });
    const { byte } = jsonFault(`${text}${junk}`);
    same(byte, Buffer.byteLength(text));
  });
});
