import { describe, expect, it } from 'vitest';
import { summaryText } from '../../../harness/cli/summary-text.ts';
import { figuresOf } from '../../../report/charts/registry.ts';
import { renderMarkdown } from '../../../report/markdown.ts';
import { buildModel } from '../../../report/model/report.ts';
import type { Metric, RunRecord, RuntimeDescription, Sample } from '../../../results/record.ts';
import { summarise, type MetricSummary } from '../../../results/summary.ts';
import { buildRecord } from '../../fixtures/records/record.ts';

const boot: Metric = {
  id: 'startup.boot',
  title: 'Boot',
  unit: 'ms',
  better: 'lower',
  definition: 'From t0 to the first word of the guest',
  role: 'headline',
};
const detail: Metric = { ...boot, id: 'startup.detail', role: 'detail' };

function runtime(id: string, kind: 'container' | 'vm', emulated = false): RuntimeDescription {
  return { id, runtime: id, kind, title: id, options: {}, emulated };
}

let boots = 0;
function sample(
  runtimeId: string,
  round: number,
  boot: number | undefined,
  more: Partial<Sample> = {},
): Sample {
  boots += 1;
  return {
    scenario: 'startup',
    runtime: runtimeId,
    phase: 'measured',
    round,
    order: 1,
    boot: `boot-${boots}`,
    startedAt: '2026-11-23T09:00:00.000Z',
    outcome: 'ok',
    values: boot === undefined ? [] : [{ metric: 'startup.boot', unit: 'ms', value: boot }],
    missing: [],
    details: {},
    ...more,
  };
}

function record(
  samples: Sample[],
  runtimes = [runtime('nspawn', 'container'), runtime('qemu', 'vm')],
): RunRecord {
  const scenario = { id: 'startup', title: 'Start-up', question: 'How long?', metrics: [boot, detail] };
  return { ...buildRecord(), runtimes, scenarios: [scenario], samples };
}

function bootOf(samples: Sample[]): MetricSummary | undefined {
  return summarise(record(samples)).metrics.find(({ metric }) => metric === 'startup.boot');
}

describe('metrics', () => {
  it('has a line for each declared metric and runtime, in the order of the record', () => {
    const { metrics } = summarise(record([]));
    expect(metrics.map(({ metric, runtime }) => `${metric} ${runtime}`)).toEqual([
      'startup.boot nspawn',
      'startup.boot qemu',
      'startup.detail nspawn',
      'startup.detail qemu',
    ]);
    expect(metrics[0]).toEqual({
      scenario: 'startup',
      metric: 'startup.boot',
      unit: 'ms',
      runtime: 'nspawn',
      n: 0,
      missing: 0,
      missingReasons: [],
      values: [],
    });
  });

  it('gives the values in the order of the rounds', () => {
    const samples = [sample('nspawn', 2, 20), sample('nspawn', 3, 30), sample('nspawn', 1, 10)];
    expect(bootOf(samples)).toMatchObject({ n: 3, values: [10, 20, 30], median: 20, mean: 20, sd: 10 });
  });

  it('never counts a warm-up', () => {
    const samples = [sample('nspawn', 1, 999, { phase: 'warmup' }), sample('nspawn', 1, 10)];
    expect(bootOf(samples)).toMatchObject({ n: 1, missing: 0, values: [10] });
  });

  it('has neither spread nor interval for one value', () => {
    const one = bootOf([sample('nspawn', 1, 10)]);
    expect(one).toMatchObject({ n: 1, median: 10, mean: 10, min: 10, max: 10, p25: 10, p75: 10 });
    expect(one).not.toHaveProperty('sd');
    expect(one).not.toHaveProperty('interval');
  });

  it('counts a failed sample as missing, whatever it had read before it failed', () => {
    const error = { code: 'boot-timeout', message: 'the agent was not heard within 90 s' };
    const summary = bootOf([
      sample('nspawn', 1, 10),
      sample('nspawn', 2, 20, { outcome: 'timeout', error }),
      sample('nspawn', 3, undefined, { outcome: 'timeout', error }),
      sample('nspawn', 4, undefined, { outcome: 'failed' }),
    ]);
    expect(summary).toMatchObject({
      n: 1,
      missing: 3,
      values: [10],
      missingReasons: ['the agent was not heard within 90 s', 'outcome: failed'],
    });
  });

  it('gives the reason that a sample noted for a missing value', () => {
    const missing = [{ metric: 'startup.boot', reason: 'a container boots no kernel of its own' }];
    const summary = bootOf([sample('nspawn', 1, undefined, { missing }), sample('nspawn', 2, undefined)]);
    expect(summary?.missingReasons).toEqual([
      'a container boots no kernel of its own',
      'no value, and no reason given',
    ]);
  });

  it('takes neither NaN nor a value in another unit for a number', () => {
    const summary = bootOf([
      sample('nspawn', 1, NaN),
      sample('nspawn', 2, Infinity),
      sample('nspawn', 3, undefined, { values: [{ metric: 'startup.boot', unit: 'bytes', value: 5 }] }),
      sample('nspawn', 4, 10),
    ]);
    expect(summary).toMatchObject({
      n: 1,
      missing: 3,
      missingReasons: [
        'the value is NaN',
        'the value is Infinity',
        'the value is in bytes, the metric in ms',
      ],
    });
  });

  it('passes over values, scenarios and runtimes that the record does not declare', () => {
    const summary = summarise(
      record([
        sample('nspawn', 1, undefined, { values: [{ metric: 'startup.stray', unit: 'ms', value: 1 }] }),
        sample('xen', 1, 10),
        sample('nspawn', 1, 10, { scenario: 'stray' }),
      ]),
    );
    expect(summary.metrics.map(({ n }) => n)).toEqual([0, 0, 0, 0]);
  });
});

describe('ratios', () => {
  const both = [
    ...[10, 11, 12].map((ms, index) => sample('nspawn', index + 1, ms)),
    ...[100, 132, 144].map((ms, index) => sample('qemu', index + 1, ms)),
  ];

  it('are the median of what each round gives', () => {
    const { ratios } = summarise(record(both));
    expect(ratios).toEqual([
      {
        scenario: 'startup',
        metric: 'startup.boot',
        container: 'nspawn',
        vm: 'qemu',
        n: 3,
        ratio: 12,
        interval: { low: 10, high: 12 },
        emulated: false,
      },
    ]);
  });

  it('pairs every VM with every container and marks emulated ones', () => {
    const runtimes = [
      runtime('qemu', 'vm', true),
      runtime('nspawn', 'container'),
      runtime('lxc', 'container'),
      runtime('qemu:accel=kvm', 'vm'),
    ];
    const samples = runtimes.map(({ id }) => sample(id, 1, 10));
    const { ratios } = summarise(record(samples, runtimes));
    expect(
      ratios.map(({ container, vm, emulated }) => `${vm} over ${container}, emulated: ${emulated}`),
    ).toEqual([
      'qemu over nspawn, emulated: true',
      'qemu over lxc, emulated: true',
      'qemu:accel=kvm over nspawn, emulated: false',
      'qemu:accel=kvm over lxc, emulated: false',
    ]);
  });

  it('leave out a round that lost a side', () => {
    const lost = [...both, sample('nspawn', 4, 1), sample('qemu', 5, 9999)];
    expect(summarise(record(lost)).ratios).toEqual(summarise(record(both)).ratios);
  });

  it('has no interval where a single round gave both', () => {
    const { ratios } = summarise(
      record([sample('nspawn', 1, 10), sample('qemu', 1, 20), sample('qemu', 2, 20)]),
    );
    expect(ratios).toMatchObject([{ n: 1, ratio: 2 }]);
    expect(ratios[0]).not.toHaveProperty('interval');
  });

  it.each([
    ['the container has no value', [sample('qemu', 1, 20)]],
    ['the VM has no value', [sample('nspawn', 1, 20)]],
    ["the container's median is 0", [sample('nspawn', 1, 0), sample('qemu', 1, 20)]],
    ["the container's median is negative", [sample('nspawn', 1, -4), sample('qemu', 1, 20)]],
    [
      'a value of the container is not above 0',
      [sample('nspawn', 1, 5), sample('nspawn', 2, 6), sample('nspawn', 3, -1), sample('qemu', 1, 20)],
    ],
    ['a value of the VM is below 0', [sample('nspawn', 1, 5), sample('qemu', 1, -20)]],
    ['no round gave both', [sample('nspawn', 1, 5), sample('qemu', 2, 20)]],
    ['the quotient overflows', [sample('nspawn', 1, 1e-300), sample('qemu', 1, 1e300)]],
  ])('has no line where %s', (_why, samples) => {
    expect(summarise(record(samples)).ratios).toEqual([]);
  });
});

describe('boots', () => {
  it('counts a boot once that several scenarios looked at, and as failed if any of them failed', () => {
    const looks = (boot: string, ...outcomes: Sample['outcome'][]) =>
      outcomes.map((outcome) => sample('qemu', 1, 10, { boot, outcome }));
    const { boots } = summarise(
      record([
        ...looks('qemu-1', 'ok', 'ok'),
        ...looks('qemu-2', 'ok', 'timeout'),
        ...looks('qemu-3', 'failed', 'failed'),
        sample('qemu', 1, 10, { phase: 'warmup', outcome: 'failed' }),
      ]),
    );
    expect(boots).toEqual([
      { runtime: 'nspawn', begun: 0, failed: 0 },
      { runtime: 'qemu', begun: 3, failed: 2 },
    ]);
  });
});

describe('summarise', () => {
  it('gives the same for the same record, and leaves the record alone', () => {
    const given = buildRecord();
    const before = structuredClone(given);
    expect(summarise(given)).toEqual(summarise(structuredClone(given)));
    expect(given).toEqual(before);
  });

  it.each([{}, { allFail: true }, { rounds: 1 }, { rounds: 0, warmup: 0 }, { runtimes: ['qemu'] as const }])(
    'holds no number that JSON cannot hold (%j)',
    (options) => {
      const summary = summarise(buildRecord(options));
      expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
    },
  );
});

describe('what drifts', () => {
  const rounds = [1, 2, 3, 4, 5, 6];
  const falling = [20_100, 18_900, 17_800, 16_900, 15_900, 15_200];
  const steady = [450, 447, 455, 449, 452, 446];
  const drifting = (times: readonly number[]): RunRecord =>
    record(
      rounds.flatMap((round) => [
        sample('nspawn', round, steady[round - 1]),
        sample('qemu', round, times[round - 1]),
      ]),
    );

  it('is marked with its way: the figure, and the ratio that it is a side of', () => {
    const { metrics, ratios } = summarise(drifting(falling));
    const marks = metrics
      .filter(({ metric }) => metric === 'startup.boot')
      .map(({ runtime, drift }) => [runtime, drift]);
    expect(marks).toEqual([
      ['nspawn', undefined],
      ['qemu', 'falls'],
    ]);
    expect(ratios.map(({ drift }) => drift)).toEqual(['falls']);
  });

  it('is not what goes up and down, and no key stands for nothing', () => {
    const { metrics, ratios } = summarise(drifting([15_900, 20_100, 16_900, 18_900, 15_200, 17_800]));
    for (const figure of [...metrics, ...ratios]) expect(figure).not.toHaveProperty('drift');
  });

  it('does not hang on a round that failed', () => {
    const { samples } = drifting([21_000, ...falling.slice(0, 5)]);
    const failed = samples.map((one) =>
      one.runtime === 'qemu' && one.round === 3 ? { ...one, outcome: 'failed' as const, values: [] } : one,
    );
    const { metrics } = summarise(record(failed));
    expect(
      metrics.find(({ runtime, metric }) => runtime === 'qemu' && metric === 'startup.boot'),
    ).toMatchObject({
      n: 5,
      missing: 1,
      drift: 'falls',
    });
  });

  it('is marked in the tables of the terminal and of documents, and drawn round by round', () => {
    const found = drifting(falling);
    const text = summaryText(found, summarise(found));
    expect(text).toMatch(/17\.4 s ~/);
    expect(text).toContain('~ drifts: over the rounds its values fall or rise beyond chance');
    const model = buildModel(found, summarise(found));
    const page = renderMarkdown(model, figuresOf(model));
    expect(page).toContain('17.4 s \\~ \\[15.2 s, 20.1 s\\], falls');
    expect(page).toContain('450 ms \\[446 ms, 455 ms\\]');
    const figure = figuresOf(model).find(({ id }) => id === 'startup-boot-over-rounds');
    expect(figure?.panels.map(({ heading }) => heading)).toEqual([
      'nspawn · no drift',
      'qemu · falls from 20.1 s to 15.2 s',
    ]);
    expect(figure?.table.rows).toHaveLength(6);
  });
});
