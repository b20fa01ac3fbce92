import { groupBy } from '../../core/group-by.ts';
import { plainLine } from '../../core/text.ts';
import { createBootstrap, estimateMedian, type Bootstrap } from '../statistics/bootstrap.ts';
import { metricKey, selectMetrics, type SelectedMetric } from '../compare/select.ts';
import { marksOf } from '../marks.ts';
import type { RunRecord } from '../record.ts';
import type { Extract, Subject } from './extract.ts';
import { findingsOf } from './findings.ts';
import type { History, HistoryOptions, HistoryPoint, HistorySeries, LeftOut } from './history.ts';
import type { Environment } from '../environment.ts';
import { structuralDifferences } from '../compare/structure.ts';

/** Makes a history of what was taken from records, in any order. Throws the usage error `unknown-metric`. */
export function buildHistory(
  extracts: readonly Extract[],
  leftOut: readonly LeftOut[],
  options: HistoryOptions,
): History {
  const inTime = [...extracts].sort(byTime);
  const declared = [
    ...new Map(
      inTime.flatMap((extract) => extract.declared).map((metric) => [metricKey(metric), metric]),
    ).values(),
  ];
  const bootstrap = createBootstrap(options.seed);
  const family = selectMetrics(declared, options.metrics).flatMap((metric) =>
    seriesOf(inTime, metric, bootstrap),
  );
  const findings = findingsOf(
    family.map(({ series }) => series),
    options,
    (index, before, after) => {
      const [older, newer] = [family[index]?.records[before], family[index]?.records[after]];
      return older === undefined || newer === undefined ? [] : causesOf(older, newer);
    },
  );
  return {
    options,
    records: inTime.map(({ reference }) => reference),
    leftOut: leftOut.map(({ path, reason }) => ({ path: plainLine(path), reason: plainLine(reason) })),
    series: family.flatMap(({ series }, index) => {
      const finding = findings[index];
      return finding === undefined ? [] : [{ ...series, finding }];
    }),
  };
}

function byTime(a: Extract, b: Extract): number {
  return (
    Date.parse(a.record.startedAt) - Date.parse(b.record.startedAt) || (a.record.id < b.record.id ? -1 : 1)
  );
}

/** A series of which nothing is said yet, and the record of each point. */
interface Candidate {
  series: Omit<HistorySeries, 'finding'>;
  records: RunRecord[];
}

interface Measured {
  extract: Extract;
  subject: Subject;
  values: readonly number[];
}

function seriesOf(extracts: readonly Extract[], selected: SelectedMetric, bootstrap: Bootstrap): Candidate[] {
  const measured = extracts.flatMap((extract) =>
    extract.subjects.flatMap((subject): Measured[] => {
      const values = subject.valuesOf(selected);
      return values.length === 0 ? [] : [{ extract, subject, values }];
    }),
  );
  return groupBy(measured, ({ subject }) => subject.subject).flatMap((ofSubject) => {
    const groups = groupBy(ofSubject, ({ subject }) => environmentKey(subject.environment));
    const names = environmentNames(groups.map(([first]) => first?.subject.environment ?? {}));
    return groups.flatMap((group, index) => candidateOf(selected, group, names[index], bootstrap) ?? []);
  });
}

function candidateOf(
  { scenario, metric }: SelectedMetric,
  group: readonly Measured[],
  environment: string | undefined,
  bootstrap: Bootstrap,
): Candidate | undefined {
  const [first] = group;
  if (first === undefined) return undefined;
  const { subject, kind, runtimes } = first.subject;
  const records = group.map(({ extract }) => extract.record);
  return {
    series: {
      scenario,
      metric: metric.id,
      title: plainLine(metric.role === 'rung' ? `Time until ${metric.title}` : metric.title, 80),
      unit: kind === 'vm-over-container' ? 'ratio' : metric.unit,
      // A ratio falls where the VM gains, and just as much where the container loses.
      better: kind === 'vm-over-container' ? 'none' : metric.better,
      subject: plainLine(subject, 120),
      kind,
      ...marksOf(records, runtimes, metric.unit),
      ...(environment === undefined ? {} : { environment }),
      points: group.map((measured) => pointOf(measured, bootstrap)),
    },
    records,
  };
}

function pointOf({ extract, values }: Measured, bootstrap: Bootstrap): HistoryPoint {
  const { value, interval, n } = estimateMedian(values, bootstrap);
  return { record: extract.reference, n, median: value, ...(interval && { interval }) };
}

/** How many keys are named that set an environment apart. */
const NAMED = 2;

export function environmentKey(environment: Environment): string {
  return JSON.stringify(Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * What sets each of several environments apart from the others: `kernel 6.1.0-18, qemu version 10.0.3 and 2 more`.
 * `undefined` where there is only one.
 */
export function environmentNames(environments: readonly Environment[]): (string | undefined)[] {
  const keys = [...new Set(environments.flatMap((environment) => Object.keys(environment)))].filter(
    (key) => new Set(environments.map((environment) => environment[key])).size > 1,
  );
  return environments.map((environment) => {
    if (environments.length < 2) return undefined;
    const parts = keys.map((key) => `${key} ${environment[key] ?? 'not recorded'}`);
    const more = parts.length - NAMED;
    return plainLine(parts.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : ''), 160);
  });
}

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
