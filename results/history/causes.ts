import { plainLine } from '../../core/text.ts';
import { structuralDifferences } from '../compare/structure.ts';
import type { RunRecord } from '../record.ts';

/**
 * What the records on both sides of a change say was different, besides the figures: the likely causes. Empty where
 * nothing recorded differs: then it is something that records do not hold, such as other load on the host.
 */
export function causesOf(before: RunRecord, after: RunRecord): string[] {
  return [
    ...(before.tool.version === after.tool.version
      ? []
      : [`twinboot ${plainLine(before.tool.version, 40)} → ${plainLine(after.tool.version, 40)}`]),
    ...(before.image.digest === after.image.digest
      ? []
      : [`image ${shortDigest(before)} → ${shortDigest(after)}`]),
    ...structuralDifferences(sideOf(before), sideOf(after), []).map(({ message }) => message),
  ];
}

const shortDigest = ({ image }: RunRecord): string => plainLine(image.digest.slice(0, 12));

const sideOf = (record: RunRecord): { name: string; records: [RunRecord] } => ({
  name: record.id,
  records: [record],
});
