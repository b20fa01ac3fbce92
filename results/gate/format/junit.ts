import { xml, type Xml } from '../../../core/markup.ts';
import { rowEvidence } from '../evidence.ts';
import type { GateResult, GateRow } from '../verdict.ts';

/**
 * JUnit XML: a suite for each subject with a test case for each of its rules. What is inconclusive or skipped is
 * skipped, unless the gate counts it as failed.
 */
export function renderJunit({ rows }: GateResult): string {
  const subjects = [...new Set(rows.map(({ subject }) => subject))];
  const lines = [
    xml`<?xml version="1.0" encoding="UTF-8"?>`,
    xml`<testsuites name="twinboot gate" ${countsOf(rows)}>`,
    ...subjects.flatMap((subject) => {
      const own = rows.filter((row) => row.subject === subject);
      return [
        xml`  <testsuite name="${subject}" ${countsOf(own)}>`,
        ...own.flatMap(caseLines),
        xml`  </testsuite>`,
      ];
    }),
    xml`</testsuites>`,
  ];
  return xml.join(lines, '\n').toString();
}

type Outcome = 'passed' | 'failed' | 'skipped';

function outcomeOf({ failed, verdict }: GateRow): Outcome {
  if (failed) return 'failed';
  return verdict === 'pass' ? 'passed' : 'skipped';
}

function countsOf(rows: readonly GateRow[]): Xml {
  const count = (outcome: Outcome): number => rows.filter((row) => outcomeOf(row) === outcome).length;
  return xml`tests="${rows.length}" failures="${count('failed')}" errors="0" skipped="${count('skipped')}"`;
}

function caseLines(row: GateRow): Xml[] {
  const evidence = rowEvidence(row);
  const body = {
    passed: xml`      <system-out>${evidence}</system-out>`,
    failed: xml`      <failure type="${row.verdict}" message="${evidence}">${evidence}</failure>`,
    skipped: xml`      <skipped message="${row.verdict}: ${evidence}"/>`,
  }[outcomeOf(row)];
  const head = xml`    <testcase classname="twinboot.${row.subject}" name="${row.rule}" time="0">`;
  return [head, body, xml`    </testcase>`];
}
