import { describe, expect, it } from 'vitest';
import { renderBencher } from '../../../../results/export/bencher.ts';
import type { RunRecord } from '../../../../results/record.ts';
import { summarise } from '../../../../results/summary.ts';
import { buildRecord } from '../../../fixtures/records/record.ts';

type Metrics = Record<string, Record<string, { value: number; lower_value?: number; upper_value?: number }>>;

function metricsOf(record: RunRecord): Metrics {
  return JSON.parse(renderBencher(record, summarise(record))) as Metrics;
}

describe('bencher.json', () => {
  const record = buildRecord();
  const metrics = metricsOf(record);

  it('gives times as latency in nanoseconds, sizes as memory in bytes, and counts', () => {
    expect({
      ready: metrics['startup.ready (nspawn)'],
      total: metrics['memory.total (qemu, emulated)'],
      running: metrics['services.running (nspawn)'],
    }).toMatchInlineSnapshot(`
      {
        "ready": {
          "latency": {
            "lower_value": 440496289,
            "upper_value": 450962622,
            "value": 448796713,
          },
        },
        "running": {
          "count": {
            "lower_value": 5,
            "upper_value": 5,
            "value": 5,
          },
        },
        "total": {
          "memory": {
            "lower_value": 534626304,
            "upper_value": 554033152,
            "value": 541083648,
          },
        },
      }
    `);
  });

  it('is what the summary says', () => {
    const ready = summarise(record).metrics.find(
      ({ metric, runtime }) => metric === 'startup.ready' && runtime === 'nspawn',
    );
    const found = metrics['startup.ready (nspawn)']?.latency;
    expect(found?.value).toBeCloseTo((ready?.median ?? NaN) * 1e6, 0);
    expect(found?.lower_value).toBeCloseTo((ready?.interval?.low ?? NaN) * 1e6, 0);
  });

  it('keeps to the format: names and slugs of the length that Bencher takes, numbers and nothing else', () => {
    for (const [name, measures] of Object.entries(metrics)) {
      expect(name.length).toBeLessThanOrEqual(1024);
      for (const [slug, figure] of Object.entries(measures)) {
        expect(slug).toMatch(/^[a-z]+(-[a-z]+)*$/);
        for (const value of Object.values(figure)) expect(value).toBeTypeOf('number');
      }
    }
  });

  it('leaves out what has no value', () => {
    expect(metrics).not.toHaveProperty(['startup.kernel (nspawn)']);
    const one = metricsOf(buildRecord({ rounds: 1, failedBoot: false }));
    expect(Object.keys(one['startup.ready (nspawn)']?.latency ?? {})).toEqual(['value']);
    expect(metricsOf(buildRecord({ allFail: true }))).toEqual({});
  });
});
