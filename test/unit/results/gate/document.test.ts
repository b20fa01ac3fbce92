import { expect, it } from 'vitest';
import { gateVerdicts } from '../../../../results/gate/verdict.ts';
import { buildGateDocument, buildGateRow } from './result.ts';

it('has the outcome of each verdict, and of one that counts as failed', () => {
  const rows = gateVerdicts.map((verdict) => buildGateRow({ verdict, failed: verdict === 'fail' }));
  const failing = buildGateRow({ verdict: 'inconclusive', failed: true });
  const document = buildGateDocument({ rows: [...rows, failing] });
  expect(document.rows.map(({ outcome }) => outcome)).toEqual([
    'passed',
    'failed',
    'undecided',
    'skipped',
    'failed',
  ]);
});

it('names the baseline where there is one', () => {
  expect(buildGateDocument().about).toEqual([]);
  expect(buildGateDocument({ baseline: 'run-base' }).about).toEqual([
    { label: 'baseline', text: 'run run-base' },
  ]);
});
