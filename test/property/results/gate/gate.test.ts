import { describe, expect } from 'vitest';
import { TwinbootError } from '../../../../core/error.ts';
import { parsePercent, parseQuantity } from '../../../../results/gate/quantity.ts';
import { parseGate } from '../../../../results/gate/read-gate.ts';
import { unitMatcher, whyNoService } from '../../../../results/gate/unit-names.ts';
import { broken, drawn, holds, oddText, staysQuick, unlessRefused, same } from '../../../support/property.ts';
import { known } from '../../../unit/results/gate/known.ts';

const FILE = 'twinboot.yaml';

describe('a gate’s file', () => {
  const file = drawn((draw) => {
    const [rounds, seconds] = [draw.int(1, 100_000), draw.int(1, 999)];
    const text = `rounds: ${rounds}\nmetrics: { startup.ready: { max: ${seconds} s } }`;
    if (draw.chance(0.2)) return { text, rounds, maxMs: seconds * 1000 };
    return { text: draw.chance(0.9) ? broken(draw, text) : oddText(draw) };
  });

  holds('says what it says, or is refused by name', file, ({ text, rounds, maxMs }) => {
    try {
      const gate = parseGate(text, FILE, known);
      if (rounds === undefined) return;
      same(gate.run.rounds, rounds);
      same(gate.metrics['startup.ready']?.everywhere.max?.value, maxMs);
    } catch (error) {
      if (!(error instanceof TwinbootError) || rounds !== undefined) throw error;
      same(error.code, 'bad-gate-file');
      expect(error.message).toContain(FILE);
    }
  });

  const words = [
    '- ',
    '{a: ',
    '*a ',
    '&a ',
    '!a ',
    '%a\n',
    'metrics: {startup.ready: {"',
    'services: {forbid: ["',
  ];
  staysQuick('text', words, (text) => unlessRefused(() => parseGate(text, FILE, known)), 4_000);
});

describe('quantities', () => {
  const quantity = drawn((draw) => ({
    digits: draw.int(0, 10 ** 9),
    unit: draw.of(['ms', 's', 'min', 'B', 'K', 'MiB', 'GB']),
    odd: oddText(draw, 3),
  }));
  const factors: Record<string, number> = {
    ms: 1,
    s: 1000,
    min: 60_000,
    B: 1,
    K: 1024,
    MiB: 1024 ** 2,
    GB: 1024 ** 3,
  };

  holds('are read exactly, and nothing else is one', quantity, ({ digits, unit, odd }) => {
    same(parseQuantity(`${digits} ${unit}`)?.value, digits * (factors[unit] ?? NaN));
    same(parsePercent(`${digits % 1000}%`), (digits % 1000) / 100);
    const found = [parseQuantity(odd)?.value, parsePercent(odd)].filter((value) => value !== undefined);
    for (const value of found) expect(value).toBeGreaterThanOrEqual(0);
  });

  staysQuick('text', ['1', '1.'], (text) => [parseQuantity(text), parsePercent(text)]);
});

describe('patterns of units', () => {
  const pattern = drawn((draw) => {
    const parts = draw.some(6, () =>
      draw.of([
        { glob: '*', expression: '.*', example: draw.of(['', 'a', 'ab.']) },
        { glob: '?', expression: '.', example: draw.of(['a', '*', ']']) },
        { glob: '[a-c]', expression: '[a-c]', example: 'b' },
        { glob: '[!a]', expression: '[^a]', example: '.' },
        { glob: 'a', expression: 'a', example: 'a' },
        { glob: '.', expression: '\\.', example: '.' },
      ]),
    );
    return { parts, other: draw.some(6, () => draw.of(['a', 'b', '.', '*'])).join(''), odd: oddText(draw) };
  });

  holds('match what an expression of the same meaning matches', pattern, ({ parts, other, odd }) => {
    const glob = parts.map((part) => part.glob).join('');
    const isMeant = unitMatcher(glob);
    same(isMeant(parts.map((part) => part.example).join('')), true);
    same(
      isMeant(other),
      new RegExp(`^${parts.map(({ expression }) => expression).join('')}$`, 's').test(other),
    );
    unitMatcher(odd)(other);
    whyNoService(odd);
  });

  const name = 'a'.repeat(256);
  staysQuick('names', ['a'], (text) => unitMatcher('*a*a*a*a*a*a*b')(text));
  staysQuick(
    'patterns',
    ['*a', '[a', '[!', '[z-a'],
    (text) => [unitMatcher(`${text}b`)(name), whyNoService(text)],
    4_000,
  );
});
