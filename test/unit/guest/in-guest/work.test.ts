import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { programText, workCommand } from '../../../../harness/guest/sent-program.ts';
import { inQuestions } from '../../../../harness/guest/protocol.ts';
import { operations, parseWork } from '../../../../harness/parse/work.ts';

it('fits into one question to the agent, and is one line', () => {
  expect(inQuestions([workCommand()])).toHaveLength(1);
  expect(Buffer.byteLength(workCommand())).toBeLessThan(3900);
  expect(workCommand()).not.toContain('\n');
});

it('has no comment that would have to be carried', () => {
  expect(programText('work.pl')).not.toMatch(/^\s*#/m);
});

it(
  'runs here as inside, and has a figure or a reason of every operation',
  { timeout: 150_000 },
  ({ skip }) => {
    skip(
      !existsSync('/usr/bin/perl') || !['x64', 'arm64'].includes(process.arch),
      'no perl, or no call numbers',
    );
    const { perl, times } = parseWork(
      execFileSync('sh', ['-c', workCommand()], { encoding: 'utf8' }).split('\n'),
    );
    expect(perl).toMatch(/^5\./);
    for (const operation of operations)
      expect(times[operation]).not.toEqual({ reason: 'the program ended before it' });
    expect(times.cpu).toHaveProperty('batchesNs.length', 9);
    expect(times['fork-exec']).toHaveProperty('batchesNs.length', 9);
  },
);
