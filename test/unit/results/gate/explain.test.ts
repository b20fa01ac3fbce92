import { expect, it } from 'vitest';
import { evaluateGate } from '../../../../results/gate/evaluate.ts';
import { parseGate } from '../../../../results/gate/read-gate.ts';
import type { GateResult } from '../../../../results/gate/verdict.ts';
import type { RunRecord } from '../../../../results/record.ts';
import { buildSide, scale } from '../../../fixtures/records/sides.ts';
import { known } from './known.ts';

function judge(text: string, bend: (record: RunRecord) => void): GateResult {
  const [record] = buildSide('new', { seed: 2 }, bend).records;
  const baseline = { side: buildSide('base', { seed: 1 }) };
  return evaluateGate(parseGate(text, 'twinboot.yaml', known), record, baseline);
}

const failing = ({ rows }: GateResult) => rows.filter(({ failed }) => failed);

it('a limit on a ratio says which side moved', () => {
  const [row] = failing(
    judge('metrics: { startup.ready: { vm/container: { max: 35 } } }', (record) =>
      scale(record, 'nspawn', 'startup.ready', 0.7),
    ),
  );
  expect(row?.reason).toMatch(
    /^the ratio moved because nspawn got better \(0\.70\d times what it was\), not qemu /u,
  );
});

it('a limit on a rung says what took longer', () => {
  const later = (record: RunRecord): void => {
    for (const { runtime, values } of record.samples) {
      if (runtime !== 'nspawn') continue;
      for (const value of values)
        if (['startup.ready', 'startup.command'].includes(value.metric)) value.value += 200;
    }
  };
  for (const rule of ['max: 500 ms', 'regression: 10%']) {
    const [row] = failing(judge(`metrics: { startup.ready: { nspawn: { ${rule} } } }`, later));
    expect(
      row?.blame?.contributions.map(({ name }) => name),
      rule,
    ).toEqual(['multi-user to ready']);
  }
});

it('what holds is not explained', () => {
  const { rows } = judge(
    'metrics: { startup.ready: { max: 60 s, vm/container: { max: 90 } } }',
    () => undefined,
  );
  expect(rows.some(({ blame, reason }) => blame !== undefined || reason !== undefined)).toBe(false);
});
