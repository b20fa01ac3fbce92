import { describe, expect, it } from 'vitest';
import { parseCleanlinessProbe } from '../../../harness/parse/cleanliness-probe.ts';

describe('parseCleanlinessProbe', () => {
  it('each unit once', () => {
    expect(
      parseCleanlinessProbe([
        'state degraded',
        'failed a.mount',
        'failed a.mount',
        'skipped b.path',
        'journal [1] x',
        'chain multi-user.target @1min 2.5s',
        'chain a.service @1.203s +180ms',
        'end',
      ]),
    ).toEqual({
      state: 'degraded',
      failed: ['a.mount'],
      skipped: ['b.path'],
      journal: ['[1] x'],
      chain: [
        { unit: 'multi-user.target', activeMs: 62_500 },
        { unit: 'a.service', activeMs: 1203, tookMs: 180 },
      ],
    });
  });

  it.each([
    ['a.service @x', [{ unit: 'a.service' }]],
    ['a.service @1.2.3s +2weeks', [{ unit: 'a.service' }]],
    ['two words', []],
  ])('a link of the chain that is odd costs itself alone: %s', (text, chain) => {
    expect(parseCleanlinessProbe([`chain ${text}`, 'end']).chain).toEqual(chain);
  });

  it('no journal', () => {
    expect(parseCleanlinessProbe(['state running', 'no-journal', 'end']).journal).toBeUndefined();
  });

  it('an answer that breaks off is none', () => {
    expect(() => parseCleanlinessProbe(['state running'])).toThrow(
      expect.objectContaining({ code: 'agent-empty-answer' }),
    );
  });
});
