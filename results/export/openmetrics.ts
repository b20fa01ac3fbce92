import type { Unit } from '../../core/units.ts';
import { visible } from '../../core/text.ts';
import { marksOf } from '../marks.ts';
import type { Metric, RunRecord } from '../record.ts';
import type { Summary } from '../summary.ts';

/**
 * OpenMetrics 1.0 text of every metric that has values: its median and 95 % interval in base units, for each runtime
 * (https://prometheus.io/docs/specs/om/open_metrics_spec/). Without timestamps, and everything is a gauge, as the older
 * text parsers behind the Pushgateway and the textfile collector ask for; they know no `info` type.
 */
export function renderOpenMetrics(record: RunRecord, summary: Summary): string {
  const ofRun = [runFamily(record), startFamily(record), bootFamily(record, summary)];
  const taken = new Set(ofRun.map(({ name }) => name));
  const families = [...ofRun, ...metricFamilies(record, summary, taken)];
  return `${families.map(renderFamily).join('')}# EOF\n`;
}

type Labels = Readonly<Record<string, string>>;

interface Sample {
  labels: Labels;
  value: number;
}

interface Family {
  /** Ends in `_<unit>` where there is a unit. */
  name: string;
  unit?: string;
  help: string;
  samples: Sample[];
}

/**
 * What holds for the whole run is said once: a label that every sample carries is what the specification advises
 * against.
 */
function runFamily({ id, tool, image, host, plan }: RunRecord): Family {
  const labels = {
    run: id,
    version: tool.version,
    image: image.name,
    image_digest: image.digest.slice(0, 12),
    boot: image.boot,
    cache: plan.cache,
    cpu: host.cpuModel,
    kernel: host.kernel,
    fingerprint: host.fingerprint.slice(0, 12),
  };
  return {
    name: 'twinboot_run_info',
    help: 'What was run, and where; always 1',
    samples: [{ labels, value: 1 }],
  };
}

function startFamily({ startedAt }: RunRecord): Family {
  return {
    name: 'twinboot_run_start_time_seconds',
    unit: 'seconds',
    help: 'When the run began, Unix time',
    samples: [{ labels: {}, value: Date.parse(startedAt) / 1000 }],
  };
}

function bootFamily(record: RunRecord, { boots }: Summary): Family {
  return {
    name: 'twinboot_boots',
    help: 'Measured boots by how they ended',
    samples: boots.flatMap(({ runtime, begun, failed }) =>
      Object.entries({ ok: begun - failed, failed }).map(([outcome, value]) => ({
        labels: { ...runtimeLabels(record, runtime, 'count'), outcome },
        value,
      })),
    ),
  };
}

function metricFamilies(record: RunRecord, summary: Summary, taken: Set<string>): Family[] {
  return record.scenarios.flatMap((scenario) =>
    scenario.metrics.flatMap((metric) => {
      const samples = samplesOf(record, summary, scenario.id, metric);
      return samples.length === 0 ? [] : [{ ...nameOf(metric, taken), help: metric.definition, samples }];
    }),
  );
}

/** `startup.multi-user` in ms: `twinboot_startup_multi_user_seconds`. */
function nameOf({ id, unit }: Metric, taken: Set<string>): Pick<Family, 'name' | 'unit'> {
  const base = `twinboot_${id.replace(/[^a-zA-Z0-9]/g, '_')}`;
  const unitName = baseUnits[unit].name;
  const named = (stem: string): string => (unitName === undefined ? stem : `${stem}_${unitName}`);
  // Ids can differ in nothing but what a name cannot hold, and two families of one name would void the whole text.
  let name = named(base);
  for (let count = 2; taken.has(name); count += 1) name = named(`${base}_${count}`);
  taken.add(name);
  return { name, ...(unitName !== undefined && { unit: unitName }) };
}

const baseUnits: Record<Unit, { name?: string; scale: (value: number) => number }> = {
  ms: { name: 'seconds', scale: (ms) => ms / 1000 },
  ns: { name: 'seconds', scale: (ns) => ns / 1e9 },
  bytes: { name: 'bytes', scale: (bytes) => bytes },
  count: { scale: (count) => count },
  // Seconds per second have no unit left: the share of one CPU.
  'ms/s': { scale: (rate) => rate / 1000 },
  'count/s': { scale: (rate) => rate },
  ratio: { name: 'ratio', scale: (ratio) => ratio },
};

function samplesOf(record: RunRecord, summary: Summary, scenario: string, metric: Metric): Sample[] {
  const { scale } = baseUnits[metric.unit];
  return summary.metrics
    .filter((cell) => cell.scenario === scenario && cell.metric === metric.id)
    .flatMap(({ runtime, median, interval }) =>
      Object.entries({ median, ci_low: interval?.low, ci_high: interval?.high }).flatMap(([stat, value]) =>
        value === undefined
          ? []
          : [{ labels: { ...runtimeLabels(record, runtime, metric.unit), stat }, value: scale(value) }],
      ),
    );
}

/**
 * An emulated runtime's series is another than that of the same runtime under KVM, and so are times of a host that is
 * emulated, or nested ones. A label without a value is one that is not there.
 */
function runtimeLabels(record: RunRecord, id: string, unit: Unit): Labels {
  const { emulated, timeMarks } = marksOf([record], [id], unit);
  return {
    runtime: id,
    emulated: String(emulated),
    ...(timeMarks === undefined ? {} : { time_marks: timeMarks.join(' ') }),
  };
}

function renderFamily({ name, unit, help, samples }: Family): string {
  const lines = [
    `# TYPE ${name} gauge`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${escape(help)}`,
    ...samples.map(({ labels, value }) => `${name}${renderLabels(labels)} ${value}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function renderLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/**
 * Half a surrogate pair is not UTF-8, a carriage return may not stand in the text, and labels are shown on dashboards.
 */
function escape(text: string): string {
  return visible(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
