import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { provenanceLine } from '../../../results/provenance.ts';
import { recordDigest } from '../../../results/record-text.ts';
import { readRecord, writeRecord } from '../../../results/store.ts';
import { buildRecord } from '../../fixtures/records/record.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('recordDigest', () => {
  it('is that of the file, also before it is written and where the file was laid out by another', async () => {
    const folder = temporaryFolder();
    const record = buildRecord();
    await writeRecord(folder, record);
    const file = join(folder, 'run.json');
    expect(recordDigest(record)).toBe(await sha256(file));
    expect(recordDigest(await readRecord(folder))).toBe(await sha256(file));

    await writeFile(file, JSON.stringify(record, undefined, 2));
    expect(recordDigest(await readRecord(folder))).toBe(await sha256(file));
    expect(recordDigest(await readRecord(folder))).not.toBe(recordDigest(record));
  });
});

describe('provenanceLine', () => {
  const record = buildRecord();
  const digest = recordDigest(record).slice(0, 12);

  it('has the version and the digest of the record', () => {
    expect(provenanceLine(record)).toBe(`twinboot ${record.tool.version} · run.json SHA-256 ${digest}`);
  });

  it('has the commit where it is known, and whether its sources were changed', () => {
    const commit = '7c03ceaf'.repeat(5);
    const known = { ...record, tool: { ...record.tool, commit } };
    expect(provenanceLine(known)).toContain(`${record.tool.version} (commit 7c03ceaf7c03) ·`);
    const changed = { ...record, tool: { ...record.tool, commit, isChanged: true } };
    expect(provenanceLine(changed)).toContain('(commit 7c03ceaf7c03, changed)');
  });

  it('is one plain line', () => {
    const hostile = { ...record, tool: { ...record.tool, version: '1\u001b[31m\n2' } };
    expect(provenanceLine(hostile)).toMatch(/^twinboot 1 2 · /);
  });
});

async function sha256(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}
