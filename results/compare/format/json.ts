import { jsonText } from '../../../core/text.ts';
import type { Comparison } from '../comparison.ts';
import { defaultFailOn, failuresOf, hasFailures, type FailOn } from '../failures.ts';
import { verdictSentence } from '../sentence.ts';

/** The comparison as it is, with `verdict`, the sentence that says why, what it could fail on, and what failed. */
export function renderJson(comparison: Comparison, failOn: readonly FailOn[] = defaultFailOn): string {
  const failures = failuresOf(comparison, failOn);
  const verdict = hasFailures(failures) ? 'fail' : 'pass';
  const sentence = verdictSentence(comparison, failOn);
  return jsonText({ verdict, sentence, failOn, failures, ...comparison }, 2);
}
