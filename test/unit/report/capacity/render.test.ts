import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { GIB, MIB } from '../../../../core/units.ts';
import { loadDrawing } from '../../../../report/drawing.ts';
import { CAPACITY_CHART, capacityChart } from '../../../../report/capacity/capacity-chart.ts';
import { renderPlan, writePlan } from '../../../../report/capacity/render.ts';
import type { CapacityPlan, CapacityQuestion } from '../../../../results/capacity/capacity-plan.ts';
import { planSizes } from '../../../../results/capacity/host-sizes.ts';
import { planCapacity } from '../../../../results/capacity/plan-capacity.ts';
import type { RunRecord } from '../../../../results/record.ts';
import { densityRecord, type DensityOptions } from '../../../fixtures/records/density.ts';
import { hostileText } from '../../../fixtures/records/record.ts';

type Chart = NonNullable<ReturnType<typeof capacityChart>>;

function drawn(
  record: RunRecord,
  question: CapacityQuestion,
): { plan: CapacityPlan; figure: Chart | undefined } {
  const plan = planCapacity(record, question);
  return { plan, figure: capacityChart(plan, planSizes(record, question)) };
}

function pageOf(record: RunRecord, question: CapacityQuestion): string {
  const { plan, figure } = drawn(record, question);
  const page = renderPlan(plan, figure && { figure, image: 'data:image/webp;base64,AA==' });
  return page.replace(/<script[\s\S]*?<\/script>/gu, '');
}

const asked: CapacityQuestion = { hostMemoryBytes: 256 * GIB, hostCpus: 64, instances: 500 };

interface Dataset {
  label: string;
  data: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
  marks: { at: number; text: string }[];
}

const datasetsOf = (figure: Chart | undefined): Dataset[] =>
  (figure?.panels[0]?.data.datasets ?? []) as unknown as Dataset[];

describe('the page of a plan', () => {
  let page: string;
  beforeAll(() => {
    page = pageOf(densityRecord(), asked);
  });

  it('answers the question, with intervals, marks and what to know', () => {
    expect(page).toContain('debian-trixie: instances on a host with 256 GiB and 64 CPUs');
    expect(page).toMatch(
      /nspawn, idle: 14,\d{3} per host \[14,\d{3}, 14,\d{3}\], bound by memory; 25 as the host of the run is set, bound by fs\.inotify\.max_user_instances; 1 host for 500\./u,
    );
    expect(page).toMatch(
      /qemu \*, idle: 7\d\d per host \[7\d\d, 7\d\d\], bound by memory; 1,0\d\d \[\d+, 1,0\d\d\] less its translation cache; 1 host for 500\./u,
    );
    expect(page).toMatch(/nspawn: 2\d\.\d times \[[\d.]+, [\d.]+\] as many instances per host as qemu \*/u);
    expect(page).toContain('* emulated (TCG): not a KVM figure');
    expect(page).toMatch(/the line was straight up to 8 .* and is assumed to stay so/u);
    expect(page).toMatch(
      /Break-even: qemu \* takes at most 10 % more memory than nspawn from 2\.\d\d GiB \[/u,
    );
    expect(page).toContain('Instances have no network');
  });

  it('has each workload that is planned, and what to paste for Kubernetes', () => {
    expect(page).toContain('instances with 1.00 GiB of work each');
    expect(page).toMatch(/podFixed:\n {4}memory: &quot;\d+Mi&quot;/u);
  });

  it('loads nothing', () => {
    expect(page).not.toMatch(/(?:src|href)="(?!data:|#)/u);
    expect(page).toContain('default-src &#39;none&#39;');
  });

  it('escapes what a record says', () => {
    const record = densityRecord();
    record.image.name = '<img src=x onerror=alert(1)>';
    for (const sample of record.samples) {
      const { stop } = sample.details as { stop?: { reason: string; message: string } };
      if (stop !== undefined) Object.assign(stop, { reason: 'failure', message: hostileText });
    }
    const hostile = pageOf(record, asked);
    expect(hostile).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(hostile).not.toMatch(/<img src=x|window\.pwned=1<\/script>/u);
  });

  it.each<[string, DensityOptions, Partial<CapacityQuestion>]>([
    ['one step', { steps: [3] }, {}],
    ['too few steps for an interval', { steps: [1, 2, 4] }, {}],
    ['a host on which no VM fits', {}, { hostMemoryBytes: 300 * MIB, reserve: { share: 0 } }],
    ['CPUs that bind', {}, { hostCpus: 1 }],
    ['a VM under KVM', { emulated: false }, {}],
  ])('can be written for %s', (_, options, question) => {
    const found = pageOf(densityRecord(options), { ...asked, ...question });
    expect(found).toContain('<h2 id="method">Method</h2>');
    expect(found).not.toMatch(/\b(?:undefined|NaN|Infinity)\b|\[object /u);
  });
});

describe('capacityChart', () => {
  it('has a line with its band for each runtime, and a mark at the host that was asked about', () => {
    const { plan, figure } = drawn(densityRecord({ noise: 0.1 }), asked);
    const datasets = datasetsOf(figure);
    const [nspawn] = datasets;
    expect(datasets.map(({ label }) => label)).toEqual([
      'nspawn',
      'qemu *',
      'qemu * less its translation cache',
    ]);
    const [instances] = plan.runtimes.map((runtime) => runtime.instances);
    expect(nspawn?.marks).toMatchObject([{ at: 3, text: '256 GiB' }]);
    expect(nspawn?.data[3]).toBe(instances?.value);
    expect([nspawn?.low[3], nspawn?.high[3]]).toEqual([instances?.interval?.low, instances?.interval?.high]);
  });

  it('survives JSON and names only known colours and plugins', async () => {
    const { chartConfig } = await loadDrawing();
    const { figure } = drawn(densityRecord(), asked);
    expect(JSON.parse(JSON.stringify(figure))).toEqual(figure);
    for (const panel of figure?.panels ?? [])
      expect(JSON.stringify(chartConfig(panel, 'dark', { responsive: true }))).not.toContain('"@');
  });

  it('leaves out hosts that hold none: 0 has no place on a logarithmic axis', () => {
    const { figure } = drawn(densityRecord(), { hostMemoryBytes: 2 * GIB, reserve: { share: 0.1 } });
    const [nspawn, qemu] = datasetsOf(figure);
    expect(nspawn?.data).not.toContain(null);
    expect(qemu?.data.slice(0, 2)).toEqual([null, expect.any(Number)]);
  });

  it('carries the emulation mark only where something was emulated', () => {
    expect(drawn(densityRecord(), asked).figure?.mark).toBe('those with * emulated (TCG): not a KVM figure');
    expect(drawn(densityRecord({ emulated: false }), asked).figure).not.toHaveProperty('mark');
  });

  it('is absent where nothing has a plan', () => {
    expect(drawn(densityRecord({ steps: [3] }), asked).figure).toBeUndefined();
  });
});

describe('the folder of a plan', () => {
  it('keeps no picture of an earlier plan beside a page that has none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'twinboot-plan-'));
    const write = (record: RunRecord) =>
      writePlan(planCapacity(record, asked), planSizes(record, asked), folder, () => undefined);
    await write(densityRecord());
    expect(readdirSync(folder)).toContain(`${CAPACITY_CHART}.png`);
    await write(densityRecord({ steps: [1] }));
    expect(readdirSync(folder)).toEqual(['plan.html']);
    rmSync(folder, { recursive: true });
  });
});
