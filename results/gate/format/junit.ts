import { escapeXml } from '../../../core/text.ts';
import { rowEvidence } from '../evidence.ts';
import type { GateResult, GateRow } from '../verdict.ts';

/**
 * JUnit XML: a suite for each subject with a test case for each of its rules. What is inconclusive or skipped is
 * skipped, unless the gate counts it as failed.
 */
export function renderJunit({ rows }: GateResult): string {
  const subjects = [...new Set(rows.map(({ subject }) => subject))];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="twinboot gate" ${countsOf(rows)}>`,
    ...subjects.flatMap((subject) => {
      const own = rows.filter((row) => row.subject === subject);
      return [
        `  <testsuite name="${escapeXml(subject)}" ${countsOf(own)}>`,
        ...own.flatMap(caseLines),
        '  </testsuite>',
      ];
    }),
    '</testsuites>',
  ].join('\n');
}

type Outcome = 'passed' | 'failed' | 'skipped';

function outcomeOf({ failed, verdict }: GateRow): Outcome {
  if (failed) return 'failed';
  return verdict === 'pass' ? 'passed' : 'skipped';
}

function countsOf(rows: readonly GateRow[]): string {
  const count = (outcome: Outcome): number => rows.filter((row) => outcomeOf(row) === outcome).length;
  return `tests="${rows.length}" failures="${count('failed')}" errors="0" skipped="${count('skipped')}"`;
}

function caseLines(row: GateRow): string[] {
  const evidence = escapeXml(rowEvidence(row));
  const body = {
    passed: `      <system-out>${evidence}</system-out>`,
    failed: `      <failure type="${row.verdict}" message="${evidence}">${evidence}</failure>`,
    skipped: `      <skipped message="${row.verdict}: ${evidence}"/>`,
  }[outcomeOf(row)];
  const head = `classname="twinboot.${escapeXml(row.subject)}" name="${escapeXml(row.rule)}" time="0"`;
  return [`    <testcase ${head}>`, body, '    </testcase>'];
}
