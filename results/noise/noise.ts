import type { Unit } from '../../core/units.ts';
import { bootsText, countBoots, type PooledSide } from '../compare/pool.ts';
import { candidatesOf } from '../compare/series.ts';
import { defaultJudgeOptions } from '../compare/comparison.ts';
import { holm } from '../statistics/correction.ts';
import { assertPlausible } from '../plausible.ts';
import { declaredMetrics, selectMetrics } from '../compare/select.ts';
import { marksOf, type Marked } from '../marks.ts';
import { isLeading, type RunRecord } from '../record.ts';
import { valuesByRound } from '../samples.ts';
import { median } from '../statistics/quantile.ts';
import { createDetector, type Detectable, type Detector } from '../statistics/detectable.ts';
import { serialOf } from '../statistics/serial.ts';
import { driftOf, type Point } from '../statistics/slope.ts';
import { splitRun, type Split } from './split.ts';
import { spreadOf } from '../statistics/distribution.ts';

/** Rounds a side for which it is told what a comparison can find. */
export const ASKED_ROUNDS = [5, 10, 20, 50] as const;

/** From how many values on the tests of drift hold, and values drawn again look like those to come. */
export const ENOUGH_ROUNDS = 10;

/** How one metric of one runtime varies while nothing changes. Shares: 0.05 is 5 %. */
export interface NoiseRow extends Marked {
  scenario: string;
  metric: string;
  title: string;
  unit: Unit;
  /** RuntimeDescription.id. */
  runtime: string;
  /** Measured rounds that gave a value: one at least. */
  n: number;
  /** In the unit. */
  median: number;
  /** See `Spread`; absent for n = 1 and where a value is 0 or less. */
  cv?: number;
  robustCv?: number;
  /** Over all rounds, as a share of the median; p corrected over all rows. Absent below `ENOUGH_ROUNDS`. */
  drift?: { change: number; pCorrected: number };
  /** See `Serial`; p corrected over all rows. Absent below `ENOUGH_ROUNDS`. */
  serial?: { correlation: number; pCorrected: number };
  /** Absent where it cannot be told. */
  detectable?: Detectable[];
  /** Why something is absent. */
  reason?: string;
}

/** What one run says about the noise of its host. Pure data, fit for JSON. */
export interface NoiseReport {
  record: string;
  startedAt: string;
  image: string;
  /** Measured rounds that were planned. */
  rounds: number;
  alpha: number;
  /** How many rows `twinboot compare` judges together, 1 at least: alpha over this is what p has to fall to. */
  family: number;
  /** Headlines and rungs of every runtime, where there is a value. */
  rows: NoiseRow[];
  /** Absent where the rounds cannot be split in two. */
  split?: Split;
  /** `3 of 20 boots failed`, for each runtime of which some did. */
  failures: { runtime: string; text: string }[];
}

/** Pure, and the same for the same record. Throws the usage error `impossible-value`. */
export function analyseNoise(record: RunRecord): NoiseReport {
  const side: PooledSide = { name: record.id, records: [record] };
  assertPlausible(record);
  const { alpha } = defaultJudgeOptions;
  const compared = selectMetrics(declaredMetrics(side.records), []);
  const family = Math.max(1, candidatesOf(side, side, compared, record.runtimes).length);
  const split = splitRun(record);
  const detect = createDetector({ sizes: ASKED_ROUNDS, alpha: alpha / family, seed: record.plan.seed });
  return {
    record: record.id,
    startedAt: record.startedAt,
    image: record.image.name,
    rounds: record.plan.rounds,
    alpha,
    family,
    rows: correctedRows(rawRows(record, detect)),
    ...(split === undefined ? {} : { split }),
    failures: record.runtimes.flatMap(({ id }) => {
      const boots = countBoots(side, id);
      return boots.failed === 0 ? [] : [{ runtime: id, text: bootsText(boots) }];
    }),
  };
}

/** A row with its values over the rounds that gave one, in their order, before anything is corrected over all rows. */
interface RawRow {
  row: NoiseRow;
  points: Point[];
}

function rawRows(record: RunRecord, detect: Detector): RawRow[] {
  return record.runtimes.flatMap(({ id }) =>
    declaredMetrics([record]).flatMap(({ scenario, metric }) => {
      if (!isLeading(metric)) return [];
      const points = [...valuesByRound(record, scenario, metric, id)].map(([x, y]) => ({ x, y }));
      const values = points.map(({ y }) => y);
      const middle = median(values);
      if (middle === undefined) return [];
      const facts = { scenario, metric: metric.id, title: metric.title, unit: metric.unit };
      const marks = marksOf([record], [id], metric.unit);
      const row = { ...facts, runtime: id, ...marks, n: values.length, median: middle };
      return [{ row: { ...row, ...relativeFigures(values, detect) }, points }];
    }),
  );
}

function relativeFigures(
  values: readonly number[],
  detect: Detector,
): Pick<NoiseRow, 'cv' | 'robustCv' | 'detectable' | 'reason'> {
  const spread = spreadOf(values);
  if (values.length < 2) return { reason: 'one value has no spread' };
  if (spread === undefined) return { reason: 'values of 0 or less have no relative spread' };
  if (values.length < ENOUGH_ROUNDS) {
    return { ...spread, reason: `${values.length} values are too few to tell what a comparison finds` };
  }
  return { ...spread, detectable: detect(values) };
}

/** Drift and likeness of neighbours are looked for in many rows at once: each p is corrected over all of them. */
function correctedRows(raw: readonly RawRow[]): NoiseRow[] {
  const tested = raw.filter(({ points }) => points.length >= ENOUGH_ROUNDS);
  const drifts = tested.map(({ points }) => driftOf(points));
  const serials = tested.map(({ points }) => serialOf(points.map(({ y }) => y)));
  const driftPs = holm(drifts.map(({ p }) => p));
  const serialPs = holm(serials.map(({ p }) => p));
  return raw.map((entry) => {
    const { row, points } = entry;
    const index = tested.indexOf(entry);
    const [drift, serial] = [drifts[index], serials[index]];
    if (drift === undefined || serial === undefined) return row;
    const span = (points.at(-1)?.x ?? 0) - (points[0]?.x ?? 0);
    return {
      ...row,
      // Of a median of 0 there is no share.
      ...(row.median === 0
        ? {}
        : {
            drift: {
              change: (drift.slope * span) / Math.abs(row.median),
              pCorrected: driftPs[index] ?? 1,
            },
          }),
      serial: { correlation: serial.correlation, pCorrected: serialPs[index] ?? 1 },
    };
  });
}
