import { xml, type Xml } from '../../../core/markup.ts';
import type { Comparison, ComparisonRow, StructuralDifference } from '../comparison.ts';
import { defaultFailOn, isFailingDifference, isFailingRow, type FailOn } from '../failures.ts';
import { rowEvidence } from '../row-text.ts';

/** One test case: a metric of a runtime, or a structural difference. */
interface Case {
  name: string;
  outcome: 'passed' | 'failed' | 'skipped';
  /** The verdict, or the kind of the difference. */
  type: string;
  message: string;
}

interface Suite {
  name: string;
  cases: Case[];
}

/**
 * JUnit XML: a suite for each runtime and each VM over a container, with a test case for each metric, and one for the
 * structural differences. A failing verdict is a failure, what is inconclusive is skipped, each with its evidence.
 */
export function renderJunit(comparison: Comparison, failOn: readonly FailOn[] = defaultFailOn): string {
  const suites = [...rowSuites(comparison, failOn), ...structureSuites(comparison, failOn)];
  const cases = suites.flatMap((suite) => suite.cases);
  const lines = [
    xml`<?xml version="1.0" encoding="UTF-8"?>`,
    xml`<testsuites name="twinboot compare" ${countsOf(cases)}>`,
    ...suites.flatMap((suite) => suiteLines(suite, comparison.next.startedAt)),
    xml`</testsuites>`,
  ];
  return xml.join(lines, '\n').toString();
}

function rowSuites(comparison: Comparison, failOn: readonly FailOn[]): Suite[] {
  const subjects = [...new Set(comparison.rows.map(({ subject }) => subject))];
  return subjects.map((subject) => ({
    name: subject,
    cases: comparison.rows
      .filter((row) => row.subject === subject)
      .map((row) => ({
        name: row.metric,
        outcome: outcomeOf(row, failOn),
        type: row.verdict,
        message: rowEvidence(row, comparison),
      })),
  }));
}

function outcomeOf(row: ComparisonRow, failOn: readonly FailOn[]): Case['outcome'] {
  if (isFailingRow(row, failOn)) return 'failed';
  return row.verdict === 'inconclusive' ? 'skipped' : 'passed';
}

function structureSuites({ structure }: Comparison, failOn: readonly FailOn[]): Suite[] {
  const caseOf = (difference: StructuralDifference): Case => ({
    name: [difference.kind, difference.runtime, difference.subject].filter(Boolean).join(' '),
    outcome: isFailingDifference(difference, failOn) ? 'failed' : 'passed',
    type: difference.kind,
    message: difference.message,
  });
  return structure.length === 0 ? [] : [{ name: 'structure', cases: structure.map(caseOf) }];
}

function countsOf(cases: readonly Case[]): Xml {
  const count = (outcome: Case['outcome']): number =>
    cases.filter((testCase) => testCase.outcome === outcome).length;
  return xml`tests="${cases.length}" failures="${count('failed')}" errors="0" skipped="${count('skipped')}"`;
}

function suiteLines({ name, cases }: Suite, startedAt: string): Xml[] {
  return [
    xml`  <testsuite name="${name}" ${countsOf(cases)} timestamp="${startedAt.slice(0, 19)}">`,
    ...cases.flatMap((testCase) => caseLines(testCase, name)),
    xml`  </testsuite>`,
  ];
}

function caseLines({ name, outcome, type, message }: Case, suite: string): Xml[] {
  const head = xml`    <testcase classname="twinboot.${suite}" name="${name}" time="0">`;
  const body = {
    passed: xml`      <system-out>${type}: ${message}</system-out>`,
    failed: xml`      <failure type="${type}" message="${message}">${message}</failure>`,
    skipped: xml`      <skipped message="${message}"/>`,
  }[outcome];
  return [head, body, xml`    </testcase>`];
}
