import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordSchema, type RunRecord } from '../../../../results/record.ts';
import { ownState } from '../../../support/own-state.ts';
import { twinboot, type Told } from '../../../support/terminal.ts';

const own = ownState();

function ab(...words: string[]): Promise<Told> {
  return twinboot(['ab', '--out', join(own.folder, 'runs'), '--seed', '4', ...words]);
}

function recordOf(side: 'a' | 'b'): RunRecord {
  const [only = ''] = readdirSync(join(own.folder, 'runs'));
  const file = join(own.folder, 'runs', only, side, 'run.json');
  return recordSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

const SLOWER = ['--a', 'fake', '--b', 'fake:ready-ms=540,seed=9'];

describe('twinboot ab', { timeout: 60_000 }, () => {
  it('finds a slower B, stops when everything is decided, and exits 1', async () => {
    const { exitCode, out, notes } = await ab('startup', ...SLOWER);
    expect(exitCode).toBe(1);
    expect(out).toMatch(/startup\.ready .* regression/);
    expect(out).toMatch(/! everything is decided after \d+ rounds/);
    expect(notes).toMatch(/round 1: A: fake ready after/);
    expect(notes).toMatch(/after 6 rounds: .*of 3 decided/);

    const [a, b] = [recordOf('a'), recordOf('b')];
    expect([a.state, b.state]).toEqual(['complete', 'complete']);
    expect(a.samples.length).toBe(b.samples.length);
    const rounds = Math.max(...a.samples.map(({ round }) => round));
    expect(rounds).toBeLessThan(40);
  });

  it('keeps two records that can be reported and compared, and the comparison in the forms of CI', async () => {
    await ab('startup', ...SLOWER, '--max-rounds', '6');
    const [only = ''] = readdirSync(join(own.folder, 'runs'));
    expect(readdirSync(join(own.folder, 'runs', only)).sort()).toMatchInlineSnapshot(`
      [
        "a",
        "annotations.txt",
        "b",
        "comparison.json",
        "comparison.md",
        "junit.xml",
        "run.log",
      ]
    `);
    const { exitCode } = await twinboot(['report', join(own.folder, 'runs', only, 'a')]);
    expect(exitCode).toBe(0);
  });

  it('passes the same thing twice', async () => {
    const { exitCode, out } = await ab('startup', '--a', 'fake', '--b', 'fake:seed=9', '--max-rounds', '60');
    expect(exitCode, out).toBe(0);
    expect(out).not.toContain('regression');
  });

  it('says that it ended by the number of rounds, or by the time', async () => {
    const rounds = await ab('startup', '--a', 'fake', '--b', 'fake:seed=9', '--max-rounds', '6');
    expect(rounds.exitCode).toBe(0);
    expect(rounds.out).toContain('! ended after 6 rounds by --max-rounds: not everything is decided');
    expect(rounds.out).toContain('inconclusive');
  });

  it('says before it boots that so few rounds cannot show anything, and how many can', async () => {
    const { out, notes } = await ab('startup', ...SLOWER, '--max-rounds', '4', '--warmup', '0');
    const caveat = /^! 4 rounds at most cannot show a change of any size: .*; \d+ rounds a side can$/m;
    expect(notes).toMatch(caveat);
    expect(notes.search(caveat)).toBeLessThan(notes.indexOf('round 1'));
    expect(out.split('\n')[0]).toMatch(caveat);
  });

  it('bears boots that fail where told to, says so, and fails by them otherwise', async () => {
    const flaky = ['--a', 'fake', '--b', 'fake:fail=sometimes,seed=3', '--max-rounds', '10', '--keep-going'];
    const red = await ab('startup', ...flaky);
    expect(red.exitCode).toBe(1);
    expect(red.out).toMatch(
      /✗ fake → .*: \d+ of 10 boots failed \(was 0 of 10 boots failed\) \[failed-boots\]/,
    );
    const borne = await ab('startup', ...flaky, '--max-failed-boots', '90%');
    expect(borne.out).toMatch(/! fake → .*: \d+ of 10 \(\d+ %\) boots failed, within the limit of 90 %;/);
    expect(borne.out).not.toContain('[failed-boots]');
  });

  it('names which side every boot is of, and gives the result alone as JSON', async () => {
    const { out, notes } = await ab('startup', ...SLOWER, '--format', 'json');
    expect(notes).not.toContain('round 1');
    expect(JSON.parse(out)).toMatchObject({
      base: { name: 'A: fake' },
      next: { name: 'B: fake:ready-ms=540,seed=9' },
    });
  });

  it('does not go on where A never boots: there is nothing to compare with', async () => {
    const { exitCode, notes } = await ab('startup', '--a', 'fake:fail=exit', '--b', 'fake');
    expect(exitCode).toBe(4);
    expect(notes).toContain('error: no boot of A gave a value to compare with');
    expect(recordOf('b').samples.length).toBeLessThan(10);
  });

  it('counts a side whose boots all fail as missing', async () => {
    const { exitCode, out } = await ab(
      'startup',
      '--a',
      'fake',
      '--b',
      'fake:fail=exit',
      '--max-rounds',
      '6',
    );
    expect(exitCode).toBe(1);
    expect(out).toContain('missing');
  });

  it.each([
    ['sides of unequal length', ['--a', 'fake', '--b', 'fake:seed=2', '--b', 'fake:seed=3']],
    ['two images on a side', ['--a', 'image=x', '--a', 'image=y']],
    ['an emulated side against one that is not', ['--a', 'fake', '--b', 'fake:kind=vm']],
    ['a time that is none', ['--a', 'fake', '--b', 'fake:seed=2', '--max-time', '4']],
    ['a metric that nobody has', ['--a', 'fake', '--b', 'fake:seed=2', '--metric', 'startup.redy']],
  ])('refuses %s', async (_, words) => {
    const { exitCode, notes } = await ab('startup', ...words);
    expect(exitCode).toBe(2);
    expect(notes.match(/^(error|hint).*/gm)?.join('\n')).toMatchSnapshot();
  });
});
