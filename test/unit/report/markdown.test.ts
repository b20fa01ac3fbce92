import { describe, expect, it } from 'vitest';
import { figuresOf } from '../../../report/charts/registry.ts';
import { renderMarkdown } from '../../../report/markdown.ts';
import { buildModel } from '../../../report/model/report.ts';
import { summarise } from '../../../results/summary.ts';
import { buildRecord, type RecordOptions } from '../../fixtures/records/record.ts';

function markdown(options?: RecordOptions): string {
  const record = buildRecord(options);
  const model = buildModel(record, summarise(record));
  return renderMarkdown(model, figuresOf(model));
}

describe('renderMarkdown', () => {
  it('is the same for the same record', async () => {
    await expect(markdown()).toMatchFileSnapshot('../../golden/report/report.md');
  });

  it('gives every row of a table the cells of its head, whatever the guest wrote', () => {
    const cells = (line: string): number => line.replaceAll('\\|', '').split('|').length;
    let head = 0;
    for (const line of markdown().split('\n')) {
      if (!line.startsWith('|')) head = 0;
      else if (head === 0) head = cells(line);
      else expect(cells(line), line).toBe(head);
    }
  });

  it('lets no tag through outside the fences', () => {
    const outside = markdown().replaceAll(/^(`{3,})text\n[^]*?\n\1$/gmu, '');
    expect(outside).not.toContain('<');
  });

  it('makes a fence that its content cannot close', () => {
    const record = buildRecord();
    for (const { error } of record.samples) if (error) error.consoleTail = ['```', '````', '# not a heading'];
    const model = buildModel(record, summarise(record));
    expect(renderMarkdown(model, [])).toContain('\n`````text\n```\n````\n# not a heading\n`````\n');
  });
});
