import { usageError } from '../../core/error.ts';
import { suggestion } from '../../core/suggest.ts';
import {
  structuralKinds,
  type Comparison,
  type ComparisonRow,
  type StructuralDifference,
  type StructuralKind,
} from './comparison.ts';

/** What a comparison can be told to fail on. `structure`: any structural difference; `missing`: a whole runtime too. */
export const failWords = ['regression', 'missing', 'inconclusive', 'improvement', 'structure'] as const;
export type FailOn = (typeof failWords)[number] | StructuralKind;

/** A boot that fails is red as in a gate; `maxFailedBoots` says which may. */
export const defaultFailOn: readonly FailOn[] = ['regression', 'missing', 'failed-boots'];

/** A list as it is typed, `regression,packages`. Throws the usage error `unknown-fail-on`. */
export function parseFailOn(text: string): FailOn[] {
  const known: readonly FailOn[] = [...failWords, ...structuralKinds];
  return text.split(',').map((typed) => {
    const word = known.find((candidate) => candidate === typed.trim());
    if (word !== undefined) return word;
    throw usageError('unknown-fail-on', `--fail-on does not know "${typed.trim()}"`, {
      hint: suggestion(typed.trim(), known),
    });
  });
}

export function isFailingRow({ verdict }: ComparisonRow, failOn: readonly FailOn[]): boolean {
  return verdict !== 'pass' && failOn.includes(verdict);
}

export function isFailingDifference({ kind }: StructuralDifference, failOn: readonly FailOn[]): boolean {
  const isMissing = kind === 'runtime-missing' && failOn.includes('missing');
  return isMissing || failOn.includes('structure') || failOn.includes(kind);
}

export interface Failures {
  rows: ComparisonRow[];
  structure: StructuralDifference[];
}

export function failuresOf(
  { rows, structure }: Pick<Comparison, 'rows' | 'structure'>,
  failOn: readonly FailOn[] = defaultFailOn,
): Failures {
  return {
    rows: rows.filter((row) => isFailingRow(row, failOn)),
    structure: structure.filter((difference) => isFailingDifference(difference, failOn)),
  };
}

export function hasFailures({ rows, structure }: Failures): boolean {
  return rows.length + structure.length > 0;
}
