import { describe, expect } from 'vitest';
import { duration, size, wholeNumber } from '../../../harness/cli/arguments.ts';
import { share } from '../../../harness/cli/comparison-options.ts';
import { expandBraces, parseRuntimes } from '../../../harness/runtimes/spec.ts';
import { drawn, holds, oddText, staysQuick, unlessRefused, same } from '../../support/property.ts';

describe('runtimes as they are typed', () => {
  const spec = drawn((draw) => {
    const append = oddText(draw, 3).replaceAll(/[{}]/g, '').replaceAll('\0', '');
    return {
      append,
      cpus: draw.int(1, 255),
      odd: draw.chance(0.5) ? undefined : draw.of(['qemu:', 'nspawn:', '__proto__:', '']) + oddText(draw),
    };
  });

  holds(
    'are read to the last character of a value, and their id is read as themselves',
    spec,
    ({ append, cpus, odd }) => {
      const text = `qemu:cpus=${cpus},append=${append.replaceAll(',', ',,')}`;
      if (odd !== undefined) {
        unlessRefused(() => parseRuntimes([odd]));
        return;
      }
      const [read] = parseRuntimes([text]);
      expect(read?.options).toMatchObject({ cpus, append });
      same(parseRuntimes([read?.id ?? ''])[0]?.options, read?.options);
    },
  );

  staysQuick('text', ['qemu:', 'qemu:append=', 'qemu:machine={', 'qemu:{a,b}', '{a,b}', 'vms'], (text) =>
    parseRuntimes([text]),
  );
});

describe('braces', () => {
  const matrix = drawn((draw) => ({
    choices: draw.some(2, () => ['a', 'b', ''].slice(0, draw.int(1, 3))),
    odd: oddText(draw),
  }));

  holds('are every combination, and what has none is itself', matrix, ({ choices, odd }) => {
    const text = choices.map((some, index) => `k${index}={${some.join(',')}}`).join(',');
    const combinations = choices.reduce<string[]>(
      (before, some, index) =>
        before.flatMap((one) => some.map((choice) => `${one}${index === 0 ? '' : ','}k${index}=${choice}`)),
      [''],
    );
    same(expandBraces(text), combinations);
    if (!/\{[^{}]*\}/.test(odd)) same(expandBraces(odd), [odd]);
  });

  staysQuick('text', ['{', '{}', '{a,b}'], expandBraces);
});

describe('arguments of the command line', () => {
  const readers = {
    count: wholeNumber(0, 1000),
    bytes: size(0, 2 ** 40),
    ms: duration,
    share: share({ min: 0 }),
  };
  const text = drawn((draw) => ({
    count: draw.int(0, 1000),
    odd: oddText(draw, 3),
    read: draw.of(Object.values(readers)),
  }));

  /** Commander's own error is a refusal. */
  function valueOf(read: (said: string) => number, said: string): number | undefined {
    try {
      return read(said);
    } catch (error) {
      expect(error).toMatchObject({ code: 'commander.invalidArgument' });
      return undefined;
    }
  }

  holds('are numbers in their range, or refused', text, ({ count, odd, read }) => {
    same(readers.count(String(count)), count);
    same(readers.bytes(`${count}K`), count * 1024);
    const value = valueOf(read, odd);
    if (value !== undefined) expect(value).toBeGreaterThanOrEqual(0);
  });

  staysQuick('text', ['1', '1.'], (said) => Object.values(readers).map((read) => valueOf(read, said)));
});
