import { describe, expect, it } from 'vitest';
import { summaryText } from '../../../harness/cli/summary-text.ts';
import { renderMarkdown } from '../../../report/markdown.ts';
import { buildModel } from '../../../report/model/report.ts';
import { renderSamplesCsv } from '../../../results/export/samples-csv.ts';
import {
  footnotes,
  markedFigure,
  markedMetric,
  markedSubject,
  marksOf,
  together,
} from '../../../results/marks.ts';
import { summarise } from '../../../results/summary.ts';
import { buildRecord } from '../../fixtures/records/record.ts';

const HOST_MARK = 'this host is emulated: times are not figures of any real machine; memory and counts hold';
const NESTED_MARK = 'nested: KVM on a host that is itself a virtual machine';

const kvmOn = (virtualization: string) =>
  buildRecord({ emulated: false, virtualization, failedBoot: false, hostile: false });

describe('the marks of a figure', () => {
  it('on an emulated host are on times alone, of the container too', () => {
    const record = kvmOn('tcg');
    for (const runtime of ['nspawn', 'qemu']) {
      expect(marksOf([record], [runtime], 'ms')).toEqual({ emulated: false, timeMarks: ['emulated-host'] });
      expect(marksOf([record], [runtime], 'bytes')).toEqual({ emulated: false });
      expect(marksOf([record], [runtime], 'count')).toEqual({ emulated: false });
    }
  });

  it('on a virtual host are on the times of what runs under KVM', () => {
    const record = kvmOn('vmware');
    expect(marksOf([record], ['qemu'], 'ms')).toEqual({ emulated: false, timeMarks: ['nested'] });
    expect(marksOf([record], ['qemu'], 'bytes')).toEqual({ emulated: false });
    expect(marksOf([record], ['nspawn'], 'ms')).toEqual({ emulated: false });
  });

  it('are none on hardware, and where an older record holds free text', () => {
    for (const words of ['none', 'QEMU Standard PC (Q35 + ICH9, 2009)'])
      expect(marksOf([kvmOn(words)], ['nspawn', 'qemu'], 'ms')).toEqual({ emulated: false });
  });

  it('of an emulated VM are on everything', () => {
    expect(marksOf([buildRecord()], ['qemu'], 'bytes')).toEqual({ emulated: true });
  });

  it('become symbols and a footnote for each', () => {
    const [vm, time] = [{ emulated: true }, { emulated: false, timeMarks: ['emulated-host'] as const }];
    expect(markedSubject('qemu', vm)).toBe('qemu *');
    expect(markedMetric('startup.ready', time)).toBe('startup.ready ^');
    expect(footnotes([vm, time])).toEqual(['* emulated (TCG): not a KVM figure', `^ ${HOST_MARK}`]);
    expect(together([vm, time])).toEqual({ emulated: true, timeMarks: ['emulated-host'] });
  });
});

it('of a figure that drifts is on the figure itself', () => {
  const figure = { emulated: false, drifting: true } as const;
  expect(markedFigure('17.6 s', true)).toBe('17.6 s ~');
  expect(markedFigure('17.6 s', false)).toBe('17.6 s');
  expect(footnotes([{ emulated: true }, figure])).toEqual([
    '* emulated (TCG): not a KVM figure',
    '~ drifts: over the rounds its values fall or rise beyond chance; its interval takes them for values of one level',
  ]);
  expect(together([{ emulated: false }, figure])).toEqual({ emulated: false, drifting: true });
});

describe('a record of an emulated host', () => {
  const record = kvmOn('tcg');
  const summary = summarise(record);

  it('is marked at the terminal, on the rows of times', () => {
    const table = summaryText(record, summary);
    expect(table).toContain(`^ ${HOST_MARK}`);
    expect(table).toMatch(/^startup\.ready \^/m);
    expect(table).toMatch(/^memory\.total +\d/m);
    expect(table).not.toContain('not a KVM figure');
  });

  it('is marked in Markdown, and not on its memory', () => {
    const answers = buildModel(record, summary).answers;
    expect(answers[0]?.mark).toContain(HOST_MARK);
    expect(answers[1]?.text).toContain('of memory');
    expect(answers[1]?.mark).toBeUndefined();
    expect(renderMarkdown(buildModel(record, summary), [])).toContain('this host is emulated');
  });

  it('is marked in samples.csv, value by value', () => {
    const [head = '', ...lines] = renderSamplesCsv(record).trim().split('\n');
    const column = head.split(',').indexOf('time_marks');
    const marksIn = (metric: string) =>
      new Set(lines.filter((line) => line.includes(`,${metric},`)).map((line) => line.split(',')[column]));
    expect(marksIn('startup.ready')).toEqual(new Set(['emulated-host']));
    expect(marksIn('memory.total')).toEqual(new Set(['']));
  });
});

it('says that KVM was nested', () => {
  const record = kvmOn('kvm');
  expect(summaryText(record, summarise(record))).toContain(`# ${NESTED_MARK}`);
});
