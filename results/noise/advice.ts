import { plainLine } from '../../core/text.ts';
import { formatCount, formatList } from '../../core/words.ts';
import { defaultJudgeOptions } from '../compare/comparison.ts';
import { percentText, pText } from '../compare/row-text.ts';
import { markIdsOf } from '../marks.ts';
import { POWER } from '../statistics/detectable.ts';
import { ENOUGH_ROUNDS, type NoiseReport, type NoiseRow } from './noise.ts';

/** What to do about noise, or what not to conclude from this run. */
export interface Advice {
  /** What it is about: `drift`, `CPU governor`. */
  about: string;
  /** What was found, in words. */
  text: string;
  /** One command or one sentence. */
  fix?: string;
}

/** How far single boots must lie out, for the common spread to be called theirs. */
const OUTLIER_FACTOR = 2;
/** A spread smaller than this is of no concern whatever it is made of. */
const SMALL_CV = 0.02;
/** What is asked of a comparison: to find this effect in this many rounds a side. */
const WANTED = { effect: 0.1, rounds: 20 };

/** What the figures of a run advise, most important first; each only where it applies. */
export function adviceOn(report: NoiseReport): Advice[] {
  const advice = [
    tooFew(report),
    ...failures(report),
    alarms(report),
    drifts(report),
    bursts(report),
    outliers(report),
    coarse(report),
  ];
  return advice.filter((one) => one !== undefined);
}

function tooFew({ rows }: NoiseReport): Advice | undefined {
  const most = Math.max(0, ...rows.map(({ n }) => n));
  if (most >= ENOUGH_ROUNDS) return undefined;
  return {
    about: 'rounds',
    text:
      `${most} ${most === 1 ? 'round tells' : 'rounds tell'} neither drift nor what a comparison would find, and ` +
      `too little about the spread: it takes ${ENOUGH_ROUNDS}, and ${WANTED.rounds} are better`,
    fix: `twinboot noise --rounds ${WANTED.rounds}`,
  };
}

function failures(report: NoiseReport): Advice[] {
  return report.failures.map(({ runtime, text }) => ({
    about: 'failed boots',
    text: `${plainLine(runtime)}: ${text}; they give no value, and are a finding of their own`,
    fix: 'look at their consoles in the report: twinboot report RUN',
  }));
}

function alarms({ split, alpha }: NoiseReport): Advice | undefined {
  if (split === undefined || split.alarms.length === 0) return undefined;
  const which = split.alarms.map(
    ({ metric, subject, verdict, pCorrected, ...marks }) =>
      `${plainLine(`${metric} of ${subject}`)} (${[...markIdsOf(marks), verdict].join(', ')}, p ${pText(pCorrected)})`,
  );
  return {
    about: 'false alarm',
    text:
      `odd and even rounds differ in ${formatList(which)}, though nothing was changed: that happens to one run ` +
      `in ${Math.round(1 / alpha)}, and more often where rounds are not independent`,
    fix: 'measure again; where it comes back, verdicts of this host are not to be trusted',
  };
}

function drifts({ rows, alpha }: NoiseReport): Advice | undefined {
  const found = rows.filter(({ drift }) => drift !== undefined && drift.pCorrected <= alpha);
  if (found.length === 0) return undefined;
  return {
    about: 'drift',
    text: `over the run, ${named(found, ({ drift }) => driftText(drift?.change ?? 0))}: two runs one after the other would differ by that`,
    fix: 'a longer warm-up (--warmup auto), a host left alone; and twinboot ab, which alternates both sides',
  };
}

/** Where there is a drift, neighbours are alike because of it. */
function bursts({ rows, alpha }: NoiseReport): Advice | undefined {
  const found = rows.filter(
    ({ serial, drift }) =>
      serial !== undefined &&
      serial.correlation > 0 &&
      serial.pCorrected <= alpha &&
      (drift === undefined || drift.pCorrected > alpha),
  );
  if (found.length === 0) return undefined;
  return {
    about: 'bursts',
    text: `neighbouring rounds are alike in ${named(found, ({ serial }) => `(rank correlation ${(serial?.correlation ?? 0).toFixed(2)})`)}: something slows the host down for minutes, and a comparison of two runs takes it for a change`,
    fix: 'compare with twinboot ab, which alternates both sides',
  };
}

function outliers({ rows }: NoiseReport): Advice | undefined {
  const found = rows.filter(
    ({ n, cv = 0, robustCv = 0 }) =>
      n >= ENOUGH_ROUNDS && cv >= SMALL_CV && cv > OUTLIER_FACTOR * robustCv && robustCv > 0,
  );
  if (found.length === 0) return undefined;
  return {
    about: 'boots far out',
    text: `single boots make most of the spread of ${named(found, ({ cv = 0, robustCv = 0 }) => `(CV ${shareText(cv)}, ${shareText(robustCv)} without them)`)}; medians and ranks hardly feel them`,
    fix: 'look at the raw points in the report: what ran on the host at that time?',
  };
}

function coarse({ rows, family }: NoiseReport): Advice | undefined {
  const effectOf = ({ detectable }: NoiseRow): number | undefined =>
    detectable?.find(({ rounds }) => rounds === WANTED.rounds)?.effect;
  const found = rows.filter((row) => (effectOf(row) ?? 0) > WANTED.effect);
  if (found.length === 0) return undefined;
  return {
    about: 'coarse figures',
    text: `${WANTED.rounds} rounds a side do not find ${percentText(WANTED.effect)} in ${named(found, (row) => `(they find ${shareText(effectOf(row) ?? 0)})`)}`,
    fix:
      family > 1
        ? 'more rounds, or fewer figures at once: twinboot compare --metric startup.ready corrects p over less'
        : 'more rounds',
  };
}

function driftText(change: number): string {
  return `${change < 0 ? 'falls' : 'rises'} by ${shareText(Math.abs(change))}`;
}

const SHOWN = 3;

/** `startup.ready of nspawn rises by 4 %, …`, the first few of them. */
function named(rows: readonly NoiseRow[], figure: (row: NoiseRow) => string): string {
  const shown = rows.slice(0, SHOWN).map((row) => {
    const marks = markIdsOf(row);
    const marked = marks.length === 0 ? '' : ` (${marks.join(', ')})`;
    return `${plainLine(`${row.metric} of ${row.runtime}`)}${marked} ${figure(row)}`;
  });
  const more = rows.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}

/** `0.42 %`, `5.1 %`, `23 %`. */
export function shareText(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.05) return '<0.1 %';
  return `${percent.toFixed(percent >= 10 ? 0 : 1)} %`;
}

/** How to read what can be found: two sentences. */
export function findsText({ alpha, family }: NoiseReport): [string, string] {
  const { minEffect } = defaultJudgeOptions;
  return [
    `finds: the least slow-down that n rounds a side find in ${Math.round(POWER * 10)} of 10 comparisons, p corrected over ` +
      `${formatCount(family, 'row')} (alpha ${alpha}).`,
    `twinboot compare calls nothing below its least effect (${percentText(minEffect)}) a regression.`,
  ];
}
