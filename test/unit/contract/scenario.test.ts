import { describe, expect, it } from 'vitest';
import {
  createMeasured,
  defineScenario,
  eachOf,
  measureScenario,
  metric,
  type Circumstances,
  type Measured,
  type Scenario,
} from '../../../harness/contract/scenario.ts';

const sound: Scenario = {
  id: 'boot-noise',
  title: 'Boot noise',
  question: 'How loud is it?',
  needs: ['timing'],
  metrics: [
    metric('boot-noise.level', 'count', 'headline', 'level', 'How many lines the console has at ready.'),
  ],
  measure: () => createMeasured(),
};

describe('a declaration', () => {
  it('that is sound is handed back as it is', () => {
    expect(defineScenario(sound)).toBe(sound);
  });

  it('of a metric is better when it is lower, unless it says otherwise', () => {
    const [first] = sound.metrics;
    expect(first?.better).toBe('lower');
    expect(metric('a.b', 'ms', 'detail', 'b', 'x', 'none').better).toBe('none');
  });

  it.each<[string, Partial<Scenario>, string]>([
    [
      'an id that is no kebab-case noun',
      { id: 'BootNoise' },
      'scenario BootNoise: the id is a noun in kebab-case',
    ],
    ['an id with a slash', { id: '../boot' }, 'scenario ../boot: the id is a noun in kebab-case'],
    [
      'a metric without a group',
      { metrics: [metric('level', 'count', 'detail', 'level', 'How loud it is at ready.')] },
      'scenario boot-noise: metric level is not <group>.<noun>',
    ],
    [
      'a metric twice',
      { metrics: [...sound.metrics, ...sound.metrics] },
      'scenario boot-noise: metric boot-noise.level is declared twice',
    ],
    [
      'a metric that nobody defined',
      { metrics: [metric('boot-noise.level', 'count', 'detail', 'level', 'Loudness.')] },
      'scenario boot-noise: metric boot-noise.level has no definition',
    ],
    [
      'the needs of a metric that is none',
      { madeOf: { 'boot-noise.pitch': ['timing'] } },
      'scenario boot-noise: madeOf names boot-noise.pitch, which is no metric of it',
    ],
  ])('with %s shows at the start', (_, fault, message) => {
    expect(() => defineScenario({ ...sound, ...fault })).toThrow(message);
  });
});

describe('a measurement', () => {
  it('has a value or a reason, never both and never a number that is none', () => {
    const measured = createMeasured();
    measured.put('a.zero', 0, 'no reason');
    measured.put('a.negative', -1, 'no reason');
    measured.put('a.nothing', undefined, 'it was not there');
    measured.put('a.nan', NaN, 'it could not be computed');
    measured.put('a.infinite', Infinity, 'it is not a number');
    expect(measured.values).toEqual({ 'a.zero': 0, 'a.negative': -1 });
    expect(measured.missing).toEqual({
      'a.nothing': 'it was not there',
      'a.nan': 'it could not be computed',
      'a.infinite': 'it is not a number',
    });
  });
});

describe('a reading that is absent', () => {
  const circumstances: Circumstances = { kind: 'vm', memoryBytes: 1, onHost: () => 'unknown' };
  const scenario: Scenario = {
    ...sound,
    needs: ['units', 'shutdown'],
    metrics: ['a.both', 'a.units', 'a.shutdown', 'a.neither'].map((id) =>
      metric(id, 'ms', 'detail', id, 'How long it took until it was there.'),
    ),
    measure() {
      const measured = createMeasured();
      for (const { id } of scenario.metrics) measured.put(id, 1, '');
      return measured;
    },
  };
  const measure = (madeOf?: Scenario['madeOf']): Measured =>
    measureScenario(
      madeOf === undefined ? scenario : { ...scenario, madeOf },
      { shutdown: { shutdownMs: 1 } },
      circumstances,
      (name) => `${name} was not read`,
    );

  it('costs the metrics that are made of it, with the reason, and no other', () => {
    const madeOf = {
      ...eachOf(['a.both'], ['shutdown', 'units'] as const),
      ...eachOf(['a.units'], ['units'] as const),
      ...eachOf(['a.shutdown'], ['shutdown'] as const),
    };
    const { values, missing } = measure(madeOf);
    expect(values).toEqual({ 'a.shutdown': 1, 'a.neither': 1 });
    expect(missing).toEqual({ 'a.both': 'units was not read', 'a.units': 'units was not read' });
  });

  it('costs every metric where the scenario does not say what they are made of', () => {
    const { values, missing } = measure();
    expect(values).toEqual({});
    expect(Object.keys(missing)).toEqual(scenario.metrics.map(({ id }) => id));
  });
});
