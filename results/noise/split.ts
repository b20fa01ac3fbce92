import { TwinbootError } from '../../core/error.ts';
import { compare } from '../compare/compare.ts';
import type { ComparisonRow } from '../compare/comparison.ts';
import type { Marked } from '../marks.ts';
import type { RunRecord } from '../record.ts';

/** The odd rounds of one run compared with its even ones, as `twinboot compare` would: nothing differs but chance. */
export interface Split {
  /** How many figures were judged. */
  judged: number;
  /** Those called better or worse: false alarms, all of them. */
  alarms: Pick<ComparisonRow, 'metric' | 'subject' | 'verdict' | 'ratio' | 'pCorrected' | keyof Marked>[];
}

/** `undefined` where there are no two sides, or nothing that is compared by default. */
export function splitRun(record: RunRecord): Split | undefined {
  try {
    const { rows } = compare(
      { name: 'odd rounds', records: [halfOf(record, 1)] },
      { name: 'even rounds', records: [halfOf(record, 0)] },
    );
    const judged = rows.filter(({ pCorrected }) => pCorrected !== undefined);
    if (judged.length === 0) return undefined;
    const alarms = judged.filter(({ verdict }) => verdict === 'regression' || verdict === 'improvement');
    return {
      judged: judged.length,
      alarms: alarms.map(({ metric, subject, verdict, ratio, pCorrected, emulated, timeMarks }) => ({
        ...{ metric, subject, verdict, emulated },
        ...(timeMarks === undefined ? {} : { timeMarks }),
        ...(ratio === undefined ? {} : { ratio }),
        ...(pCorrected === undefined ? {} : { pCorrected }),
      })),
    };
  } catch (error) {
    if (error instanceof TwinbootError && ['no-values', 'no-common-metric'].includes(error.code))
      return undefined;
    throw error;
  }
}

function halfOf(record: RunRecord, remainder: 0 | 1): RunRecord {
  const samples = record.samples.filter(
    ({ phase, round }) => phase === 'measured' && round % 2 === remainder,
  );
  return { ...record, samples };
}
