import { describe, expect, it } from 'vitest';
import { adviceOn, findsText, shareText } from '../../../../results/noise/advice.ts';
import type { NoiseReport, NoiseRow } from '../../../../results/noise/noise.ts';

const quiet: NoiseRow = {
  scenario: 'startup',
  metric: 'startup.ready',
  title: 'ready',
  unit: 'ms',
  runtime: 'nspawn',
  emulated: false,
  n: 20,
  median: 446,
  cv: 0.01,
  robustCv: 0.01,
  drift: { change: 0.001, pCorrected: 1 },
  serial: { correlation: 0.02, pCorrected: 1 },
  detectable: [{ rounds: 5 }, { rounds: 20, effect: 0.02 }],
};

function report(row: Partial<NoiseRow> = {}, rest: Partial<NoiseReport> = {}): NoiseReport {
  return {
    record: '2026-11-23T09-00-00Z-a1b2c3',
    startedAt: '2026-11-23T09:00:00.000Z',
    image: 'trixie',
    rounds: 20,
    alpha: 0.05,
    family: 12,
    rows: [{ ...quiet, ...row }],
    split: { judged: 12, alarms: [] },
    failures: [],
    ...rest,
  };
}

const told = (of: NoiseReport): string =>
  adviceOn(of)
    .map(({ about, text, fix = '' }) => `${about}: ${text} → ${fix}`)
    .join('\n');

describe('the advice on a run', () => {
  it('is none where nothing is wrong', () => {
    expect(adviceOn(report())).toEqual([]);
  });

  it('asks for more rounds where there are few', () => {
    expect(told(report({ n: 5 }))).toMatchInlineSnapshot(
      `"rounds: 5 rounds tell neither drift nor what a comparison would find, and too little about the spread: it takes 10, and 20 are better → twinboot noise --rounds 20"`,
    );
  });

  it('tells of boots that failed', () => {
    expect(
      told(report({}, { failures: [{ runtime: 'qemu', text: '3 of 20 boots failed' }] })),
    ).toMatchInlineSnapshot(
      `"failed boots: qemu: 3 of 20 boots failed; they give no value, and are a finding of their own → look at their consoles in the report: twinboot report RUN"`,
    );
  });

  it('tells of a drift, and not of its likeness of neighbours once more', () => {
    const drift = { change: -0.062, pCorrected: 0.001 };
    const serial = { correlation: 0.8, pCorrected: 0.001 };
    expect(told(report({ drift, serial }))).toMatchInlineSnapshot(
      `"drift: over the run, startup.ready of nspawn falls by 6.2 %: two runs one after the other would differ by that → a longer warm-up (--warmup auto), a host left alone; and twinboot ab, which alternates both sides"`,
    );
  });

  it('tells of bursts', () => {
    expect(told(report({ serial: { correlation: 0.71, pCorrected: 0.004 } }))).toMatchInlineSnapshot(
      `"bursts: neighbouring rounds are alike in startup.ready of nspawn (rank correlation 0.71): something slows the host down for minutes, and a comparison of two runs takes it for a change → compare with twinboot ab, which alternates both sides"`,
    );
  });

  it('tells of single boots far out', () => {
    expect(told(report({ cv: 0.12, robustCv: 0.021 }))).toMatchInlineSnapshot(
      `"boots far out: single boots make most of the spread of startup.ready of nspawn (CV 12 %, 2.1 % without them); medians and ranks hardly feel them → look at the raw points in the report: what ran on the host at that time?"`,
    );
  });

  it('tells what twenty rounds do not find', () => {
    expect(
      told(report({ detectable: [{ rounds: 20, effect: 0.31 }], emulated: true })),
    ).toMatchInlineSnapshot(
      `"coarse figures: 20 rounds a side do not find 10 % in startup.ready of nspawn (emulated) (they find 31 %) → more rounds, or fewer figures at once: twinboot compare --metric startup.ready corrects p over less"`,
    );
  });

  it('tells of a false alarm', () => {
    const alarm = {
      metric: 'startup.cpu',
      subject: 'qemu',
      verdict: 'regression',
      pCorrected: 0.012,
    } as const;
    const split = { judged: 12, alarms: [{ ...alarm, emulated: true }] };
    expect(told(report({}, { split }))).toMatchInlineSnapshot(
      `"false alarm: odd and even rounds differ in startup.cpu of qemu (emulated, regression, p 0.012), though nothing was changed: that happens to one run in 20, and more often where rounds are not independent → measure again; where it comes back, verdicts of this host are not to be trusted"`,
    );
  });

  it('names the first three of many, and takes no control characters from a record', () => {
    const bad = { ...quiet, runtime: 'nspawn\u001b[31m', serial: { correlation: 0.7, pCorrected: 0.001 } };
    const text = told(report({}, { rows: Array.from({ length: 5 }, () => bad) }));
    expect(text).toContain('and 2 more');
    // eslint-disable-next-line no-control-regex -- what must not be there
    expect(text).not.toMatch(/\u001b/);
  });
});

describe('words', () => {
  it.each([
    [0, '0.0 %'],
    [0.0002, '<0.1 %'],
    [0.0123, '1.2 %'],
    [0.234, '23 %'],
  ])('%d is %s', (share, text) => {
    expect(shareText(share)).toBe(text);
  });

  it('say what finding means', () => {
    expect(findsText(report())).toMatchInlineSnapshot(
      `
      [
        "finds: the least slow-down that n rounds a side find in 9 of 10 comparisons, p corrected over 12 rows (alpha 0.05).",
        "twinboot compare calls nothing below its least effect (5 %) a regression.",
      ]
    `,
    );
  });
});
