import { expect, it } from 'vitest';
import { parseCallsProbe } from '../../../harness/parse/calls-probe.ts';

it('parseCallsProbe: by number', () => {
  expect(parseCallsProbe(['0 9', '165 killed', 'x 1', '1 -1', ''])).toEqual(
    new Map<number, number | 'killed'>([
      [0, 9],
      [165, 'killed'],
    ]),
  );
});
