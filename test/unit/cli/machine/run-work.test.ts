import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onlyRecord } from '../../../support/only-record.ts';
import { ownState } from '../../../support/own-state.ts';
import { twinboot, type Told } from '../../../support/terminal.ts';

const own = ownState();

function run(...words: string[]): Promise<Told> {
  return twinboot(['run', '--out', join(own.folder, 'runs'), '--rounds', '1', '--warmup', '0', ...words]);
}

const made = () => onlyRecord(join(own.folder, 'runs'));

describe('twinboot run inspection work', { timeout: 60_000 }, () => {
  it('asks both of one boot of each, and shows the host beside it', async () => {
    const { exitCode, out } = await run(
      ...['inspection', 'work', '--runtime', 'fake', '--runtime', 'fake:kind=vm'],
    );
    expect(exitCode).toBe(0);
    expect(out).toMatch(/work\.system-call .* 125 ns .* 125 ns/);
    expect(out).toMatch(/slowdown\.fork-exec .* 2\.00× .* 2\.00×/);
    expect(out).toMatch(/inspection\.loop-mount .* 30\.0 ms/);
    expect(out).toContain('* emulated (TCG): not a KVM figure');
    const { samples } = made().record;
    expect(samples.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(new Set(samples.map(({ boot }) => boot)).size).toBe(2);
    const report = readFileSync(join(made().folder, 'report', 'report.md'), 'utf8');
    expect(report).toContain('CPU loop, over the host’s');
    expect(report).toContain('Booting over a loop mount');
    // A chart whose metrics have another group than their scenario's id stands with its scenario.
    expect(report).toContain('charts/slowdown-system-call-distribution.png');
  });

  it('says of what fails why, and has the rest', async () => {
    await run('inspection', 'work', '--runtime', 'fake');
    const missing = made()
      .record.samples.flatMap((sample) => sample.missing)
      .sort((a, b) => (a.metric < b.metric ? -1 : 1));
    expect(missing).toEqual([
      { metric: 'inspection.debugfs', reason: 'debugfs is not installed' },
      { metric: 'slowdown.tcp', reason: 'connect: Network is unreachable' },
      { metric: 'work.tcp', reason: 'connect: Network is unreachable' },
    ]);
  });

  it('of many runtimes are a table of their own, beside which there is no room for others', async () => {
    const { out } = await run(
      ...['startup', 'memory', 'services', 'inspection', 'work'],
      ...['--runtime', 'fake:ready-ms={100,200,300,400}'],
    );
    const headings = out.split('\n').filter((line) => line.startsWith('runtime '));
    expect(headings.map((heading) => heading.trim().split(/ {2,}/).slice(1, -1))).toEqual([
      [
        ...['startup.init', 'startup.multi-user', 'startup.ready', 'startup.cpu', 'shutdown.total'],
        ...['memory.total', 'services.running', 'services.repeated-anon'],
      ],
      [
        ...['inspection.instance', 'inspection.loop-mount', 'inspection.debugfs'],
        ...['cpu', 'system-call', 'page-fault', 'fork-exec', 'tcp'].map((name) => `slowdown.${name}`),
      ],
    ]);
  });

  it('are asked where they are named, and not otherwise', async () => {
    await run('--runtime', 'fake');
    expect(made().record.plan.scenarios).toEqual(['startup', 'memory', 'services']);
  });
});
