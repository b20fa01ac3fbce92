import { describe, expect, it } from 'vitest';
import { parseDetectionProbe } from '../../../harness/parse/detection-probe.ts';

describe('parseDetectionProbe', () => {
  it('what each method said, empty where it said nothing', () => {
    expect(parseDetectionProbe(['environment lxc', 'dmi ', '9 lives', 'end .'])).toEqual(
      new Map([
        ['environment', 'lxc'],
        ['dmi', ''],
      ]),
    );
  });

  it('an answer that breaks off is none', () => {
    expect(() => parseDetectionProbe(['environment lxc'])).toThrow(
      expect.objectContaining({ code: 'agent-empty-answer' }),
    );
  });
});
