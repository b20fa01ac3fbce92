import type { Blame } from '../compare/blame.ts';
import type { SideFigures } from '../compare/comparison.ts';
import { markTexts, type Marked } from '../marks.ts';
import { NOTHING } from '../../core/words.ts';

/**
 * `inconclusive`: these rounds can neither confirm nor refute the rule. `skipped`: it needs a baseline, and this run
 * becomes the first.
 */
export const gateVerdicts = ['pass', 'fail', 'inconclusive', 'skipped'] as const;
export type GateVerdict = (typeof gateVerdicts)[number];

/** One rule for one subject, and what was found. Texts may hold words of a guest or of a hand-edited record. */
export interface GateFinding extends Marked {
  /** `startup.ready max`, `systemd-udevd.service forbidden`, `failed boots`. */
  rule: string;
  /** RuntimeDescription.id, `qemu / nspawn`; `image`, `run` or `baseline` as a whole. */
  subject: string;
  /** For people: `1.98 s [1.90 s, 2.05 s], n = 20`; `–` where there is nothing. */
  measured: string;
  /** For people: `at most 2 s`. */
  limit: string;
  verdict: GateVerdict;
  /** Why, where the figures alone do not say it. */
  reason?: string;
  /** Of a rule on a unit: no boot has one of that name, so that a `pass` may be owed to a slip of the hand. */
  unknownUnit?: true;
  /** Of a limit on a metric: in its unit. */
  figures?: SideFigures;
  /** Of a rung that is later than in the baseline: what of the boot took longer. */
  blame?: Blame;
}

/** A finding, and whether it counts as failed: `inconclusive` does where the file says so. */
export interface GateRow extends GateFinding {
  failed: boolean;
}

/** Everything `twinboot gate` knows: its document is made from it. Pure data, published as its JSON. */
export interface GateResult {
  /** The gate's file. */
  gate: string;
  /** Id of the record that was judged. */
  record: string;
  /** Id of the baseline's record, where one was found. */
  baseline?: string;
  passed: boolean;
  rows: GateRow[];
  /** What so few rounds cannot show against the baseline, and how many can. */
  caveat?: string;
  /** What must not be overlooked: `2 rules are inconclusive and count as passed`. */
  warnings: string[];
  /** One sentence. */
  why: string;
}

/** `startup.ready max in nspawn`; what belongs to the whole run has no place to name. */
export function ruleName({ rule, subject }: GateFinding): string {
  return WHOLE.includes(subject) ? rule : `${rule} in ${subject}`;
}

const WHOLE = ['run', 'image', 'baseline'];

/** `2.31 s [2.20 s, 2.40 s], n = 20 (at most 2 s)`: what was found, the limit, and what else there is to say. */
export function rowEvidence(row: GateFinding): string {
  const { measured, limit, reason } = row;
  const why = reason === undefined ? [] : [reason];
  if (measured === NOTHING) return reason ?? limit;
  return `${measured} (${[limit, ...why, ...markTexts(row)].join('; ')})`;
}
