import { describe, expect, it } from 'vitest';
import { runError, type TwinbootError } from '../../../core/error.ts';
import type { BootResult } from '../../../harness/schedule/boot.ts';
import { sampleOf, type BootHeader } from '../../../harness/schedule/samples.ts';
import { sampleSchema } from '../../../results/record.ts';
import {
  defineScenario,
  metric,
  type Circumstances,
  type Measured,
  type Scenario,
} from '../../../harness/contract/scenario.ts';

const header: BootHeader = {
  phase: 'measured',
  round: 2,
  order: 1,
  runtime: 'nspawn',
  bootId: 'ab12-r2-1',
  startedAt: '2026-11-23T12:00:00.000Z',
};
const circumstances: Circumstances = { kind: 'container', memoryBytes: 1, onHost: () => 'unknown' };

function scenario(measure: Scenario['measure']): Parameters<typeof sampleOf>[0] {
  return defineScenario({
    id: 'answers',
    title: 'Answers',
    question: 'How many answers are there?',
    needs: ['timing', 'units'],
    madeOf: {},
    metrics: [
      metric('answers.given', 'count', 'headline', 'given', 'How many answers the instance gave.'),
      metric('answers.time', 'ms', 'detail', 'time', 'How long the instance took to answer.'),
    ],
    measure,
  });
}

const fine = (): Measured => ({
  values: { 'answers.given': 3 },
  missing: { 'answers.time': 'no clock' },
  details: { a: 1 },
});

const nothing = (): Measured => ({ values: {}, missing: { 'answers.given': 'not read' }, details: {} });

function result(failures: [keyof BootResult['artifacts'], TwinbootError][] = []): BootResult {
  return {
    artifacts: {},
    failures: new Map(failures),
    spans: { bootMs: 0, observeMs: 0, shutdownMs: 0 },
    gatherMs: {},
  };
}

describe('a sample', () => {
  it('has each value with its unit, each missing metric with its reason, and where it comes from', () => {
    const sample = sampleOf(scenario(fine), header, result(), circumstances);
    expect(sampleSchema.parse(sample)).toEqual({
      scenario: 'answers',
      runtime: 'nspawn',
      phase: 'measured',
      round: 2,
      order: 1,
      boot: 'ab12-r2-1',
      startedAt: '2026-11-23T12:00:00.000Z',
      outcome: 'ok',
      values: [{ metric: 'answers.given', unit: 'count', value: 3 }],
      missing: [{ metric: 'answers.time', reason: 'no clock' }],
      details: { a: 1 },
    });
  });

  it('keeps what was measured where an artifact that its scenario needs could not be read', () => {
    const error = runError('shutdown-timeout', 'it did not end', { hint: 'wait longer' });
    const measure: Scenario['measure'] = (_, __, whyAbsent) => ({
      values: { 'answers.given': 3 },
      missing: { 'answers.time': whyAbsent('units') },
      details: {},
    });
    const sample = sampleOf(scenario(measure), header, result([['units', error]]), circumstances);
    expect(sample).toMatchObject({
      outcome: 'ok',
      values: [{ metric: 'answers.given' }],
      missing: [{ metric: 'answers.time', reason: 'it did not end (wait longer)' }],
    });
    expect(sample).not.toHaveProperty('error');
  });

  it('fails where nothing could be measured, with the error of the first artifact whole', () => {
    const error = runError('guest-ended-early', 'it ended', { hint: 'look', consoleTail: ['panic'] });
    const sample = sampleOf(scenario(nothing), header, result([['units', error]]), circumstances);
    expect(sampleSchema.parse(sample)).toMatchObject({
      outcome: 'failed',
      values: [],
      missing: [],
      error: { code: 'guest-ended-early', message: 'it ended', hint: 'look', consoleTail: ['panic'] },
    });
  });

  it.each(['boot-timeout', 'agent-timeout', 'shutdown-timeout'])('%s is a timeout', (code) => {
    const failed = result([['timing', runError(code, 'too late')]]);
    expect(sampleOf(scenario(nothing), header, failed, circumstances)).toMatchObject({
      outcome: 'timeout',
      error: { code, message: 'too late' },
    });
  });

  it('does not care for artifacts that its scenario does not need', () => {
    const failed = result([['shutdown', runError('shutdown-timeout', 'too late')]]);
    expect(sampleOf(scenario(fine), header, failed, circumstances).outcome).toBe('ok');
  });

  it('fails alone where its scenario stumbles over what a guest said', () => {
    const stumble = scenario(() => {
      throw new RangeError('Invalid array length');
    });
    expect(sampleOf(stumble, header, result(), circumstances)).toMatchObject({
      outcome: 'failed',
      error: { code: 'scenario-failed', message: 'scenario answers: Invalid array length' },
    });
  });
});
