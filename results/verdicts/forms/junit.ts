import { xml, type Xml } from '../../../core/markup.ts';
import { rowsBySubject, type Difference, type Outcome, type VerdictDocument } from '../document.ts';

type State = 'passed' | 'failed' | 'skipped';

const states: Readonly<Record<Outcome, State>> = {
  passed: 'passed',
  noted: 'passed',
  tolerated: 'passed',
  undecided: 'skipped',
  skipped: 'skipped',
  failed: 'failed',
};

interface Case {
  name: string;
  state: State;
  /** The verdict, or the kind of the difference. */
  type: string;
  message: string;
}

interface Suite {
  name: string;
  cases: Case[];
}

/**
 * JUnit XML: a suite for each subject with a test case for each of its rows, and one suite for the differences without
 * figures. What is undecided or not judged is skipped, each case with its evidence.
 */
export function renderJunit(document: VerdictDocument): string {
  const suites = [...rowsBySubject(document).map(suiteOf), ...differenceSuites(document.differences)];
  const lines = [
    xml`<?xml version="1.0" encoding="UTF-8"?>`,
    xml`<testsuites name="${document.title}" ${countsOf(suites.flatMap(({ cases }) => cases))}>`,
    ...suites.flatMap((suite) => suiteLines(suite, document.startedAt)),
    xml`</testsuites>`,
  ];
  return xml.join(lines, '\n').toString();
}

function suiteOf(rows: VerdictDocument['rows']): Suite {
  return {
    name: rows[0]?.subject ?? '',
    cases: rows.map(({ name, outcome, verdict, evidence }) => ({
      name,
      state: states[outcome],
      type: verdict,
      message: evidence,
    })),
  };
}

function differenceSuites(differences: readonly Difference[]): Suite[] {
  if (differences.length === 0) return [];
  const cases = differences.map(({ name, kind, outcome, message }) => ({
    name,
    state: states[outcome],
    type: kind,
    message,
  }));
  return [{ name: 'structure', cases }];
}

function countsOf(cases: readonly Case[]): Xml {
  const count = (state: State): number => cases.filter((testCase) => testCase.state === state).length;
  return xml`tests="${cases.length}" failures="${count('failed')}" errors="0" skipped="${count('skipped')}"`;
}

function suiteLines({ name, cases }: Suite, startedAt: string): Xml[] {
  return [
    xml`  <testsuite name="${name}" ${countsOf(cases)} timestamp="${startedAt.slice(0, 19)}">`,
    ...cases.flatMap((testCase) => caseLines(testCase, name)),
    xml`  </testsuite>`,
  ];
}

function caseLines({ name, state, type, message }: Case, suite: string): Xml[] {
  const head = xml`    <testcase classname="twinboot.${suite}" name="${name}" time="0">`;
  const body = {
    passed: xml`      <system-out>${type}: ${message}</system-out>`,
    failed: xml`      <failure type="${type}" message="${message}">${message}</failure>`,
    skipped: xml`      <skipped message="${type}: ${message}"/>`,
  }[state];
  return [head, body, xml`    </testcase>`];
}
