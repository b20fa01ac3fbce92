import { plainLine } from '../../core/text.ts';
import { environmentOf, type Environment } from '../environment.ts';
import { declaredMetrics, type SelectedMetric } from '../compare/select.ts';
import { ratioSeries, runtimeSeries } from '../compare/series.ts';
import { pairsOf } from '../ratio.ts';
import { isLeading, type RunRecord } from '../record.ts';
import type { HistorySeries, RecordReference } from './history.ts';

/** What a history keeps of a record: everything but its samples, whose values it holds. */
export interface Extract {
  record: RunRecord;
  reference: RecordReference;
  declared: SelectedMetric[];
  subjects: Subject[];
}

/** A runtime of a record, or a VM of it over a container. */
export interface Subject extends Pick<HistorySeries, 'subject' | 'kind' | 'emulated'> {
  /** What its figures may depend on besides the image. */
  environment: Environment;
  /** RuntimeDescription.id of those that its figures are made of. */
  runtimes: readonly string[];
  /** The values of a metric in the order of the rounds; none where it was not measured. */
  valuesOf(metric: SelectedMetric): readonly number[];
}

/** Takes from a record what its place in a history needs; the record itself can then be forgotten. */
export function extractOf(record: RunRecord): Extract {
  const declared = declaredMetrics([record]);
  const side = { name: record.id, records: [record] as const };
  const subject = (
    facts: Pick<Subject, 'subject' | 'kind' | 'emulated'>,
    runtimes: readonly string[],
    values: (metric: SelectedMetric) => readonly number[],
  ): Subject => {
    const known = new Map(declared.map((metric) => [metric.metric.id, values(metric)]));
    return {
      ...facts,
      runtimes,
      environment: { ...environmentOf(record, runtimes), emulated: String(facts.emulated) },
      valuesOf: ({ metric }) => known.get(metric.id) ?? [],
    };
  };
  return {
    record: { ...record, samples: [] },
    reference: referenceTo(record),
    declared,
    subjects: [
      ...record.runtimes.map(({ id, kind, emulated }) =>
        subject(
          { subject: id, kind, emulated },
          [id],
          ({ scenario, metric }) => runtimeSeries(side, scenario, metric, id).values,
        ),
      ),
      ...pairsOf(record.runtimes).map(({ vm, container }) =>
        subject(
          { subject: `${vm.id} / ${container.id}`, kind: 'vm-over-container', emulated: vm.emulated },
          [vm.id, container.id],
          ({ scenario, metric }) =>
            isLeading(metric)
              ? ratioSeries(side, scenario, metric, { vm: vm.id, container: container.id }).values
              : [],
        ),
      ),
    ],
  };
}

function referenceTo({ id, startedAt, tool, image }: RunRecord): RecordReference {
  return {
    id: plainLine(id, 80),
    startedAt,
    tool: plainLine(tool.version, 40),
    digest: plainLine(image.digest, 64),
    imageName: plainLine(image.name, 60),
    imageKernel: plainLine(image.kernel, 80),
  };
}
