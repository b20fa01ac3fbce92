import { describe, expect, it } from 'vitest';
import { publishedFigures } from '../../../../results/facts/published-figures.ts';
import { scenarios } from '../../../../scenarios/registry.ts';

const unitOf = new Map(
  scenarios.flatMap(({ metrics }) => metrics.map(({ id, unit }) => [id, unit] as const)),
);

/** `≤ 125 ms`, `79.3 ± 2.6 ms`, `0.71 s`, `123 MB`: the number that is said, in ms or bytes. */
function valueOf(text: string): number {
  const [, digits = '', unit = ''] = /^(?:≤ )?([\d.]+)(?: ± [\d.]+)? (ms|s|MB|MiB)$/u.exec(text) ?? [];
  return Number(digits) * ({ ms: 1, s: 1000, MB: 1e6, MiB: 1024 * 1024 }[unit] ?? NaN);
}

describe.each(publishedFigures)('$system, $text', (figure) => {
  it('stands beside a metric of its own unit', () => expect(unitOf.get(figure.metric)).toBe(figure.unit));

  it('has the number that was published', () => expect(figure.value).toBeCloseTo(valueOf(figure.text), 6));

  it('says what it is, in what it differs, when it was published and where', () => {
    expect(figure.definition.length).toBeGreaterThan(15);
    expect(figure.difference.length).toBeGreaterThan(15);
    expect(figure.date).toMatch(/^20\d\d(?:-\d\d){0,2}$/u);
    expect(figure.source.length).toBeGreaterThan(10);
    expect(figure.url).toMatch(/^https:\/\/\S+$/u);
    expect(figure.basis).toMatch(/read|computed/u);
  });
});
