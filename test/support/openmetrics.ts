/** A family of an OpenMetrics text: its metadata and its samples, each `labels → value`. */
export interface ParsedFamily {
  type: string;
  unit: string | undefined;
  help: string | undefined;
  samples: Map<string, number>;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const ESCAPED = String.raw`(?:[^\n"\\]|\\[n"\\])*`;
const LABEL = `[a-zA-Z_][a-zA-Z0-9_]*="${ESCAPED}"`;
const NUMBER = String.raw`[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?`;

const METADATA = new RegExp(`^# (TYPE|UNIT|HELP) (${NAME}) (${ESCAPED})$`, 'u');
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)?\\})? (${NUMBER})$`, 'u');
const ORDER = ['TYPE', 'UNIT', 'HELP'];

/**
 * Reads an OpenMetrics 1.0 text of gauges without timestamps and exemplars, by the specification's ABNF and its rules
 * on families, the SHOULDs included (https://prometheus.io/docs/specs/om/open_metrics_spec/). Throws at the first
 * breach.
 */
export function parseOpenMetrics(text: string): Map<string, ParsedFamily> {
  if (/\p{Surrogate}/u.test(text)) throw new Error('not UTF-8');
  if (text.includes('\r')) throw new Error('a carriage return');
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.pop() !== '# EOF')
    throw new Error('does not end with # EOF and a line feed');

  const families = new Map<string, ParsedFamily>();
  let current: { name: string; family: ParsedFamily; last: string } | undefined;
  for (const line of lines) {
    const [, word, name, rest] = METADATA.exec(line) ?? [];
    if (word !== undefined && name !== undefined && rest !== undefined) {
      if (word === 'TYPE') {
        if (families.has(name)) throw new Error(`${name} is there twice, or in two pieces`);
        current = {
          name,
          family: { type: rest, unit: undefined, help: undefined, samples: new Map() },
          last: '',
        };
        families.set(name, current.family);
      }
      if (current?.name !== name) throw new Error(`${word} of ${name} outside its family`);
      if (ORDER.indexOf(word) <= ORDER.indexOf(current.last))
        throw new Error(`${word} after ${current.last}`);
      if (current.family.samples.size > 0) throw new Error(`${word} of ${name} after its samples`);
      if (word === 'UNIT' && !name.endsWith(`_${rest}`)) throw new Error(`${name} does not end in _${rest}`);
      if (word === 'UNIT') current.family.unit = rest;
      if (word === 'HELP') current.family.help = rest;
      current.last = word;
      continue;
    }
    const [, sampleName, labels = '', value] = SAMPLE.exec(line) ?? [];
    if (sampleName === undefined) throw new Error(`not a line of OpenMetrics: ${line}`);
    if (current?.name !== sampleName) throw new Error(`a sample of ${sampleName} outside its family`);
    if (current.family.samples.has(labels)) throw new Error(`${sampleName}{${labels}} is there twice`);
    const names = [...labels.matchAll(new RegExp(LABEL, 'gu'))].map(([label]) => label.split('=')[0]);
    if (new Set(names).size < names.length) throw new Error(`a label is there twice: ${line}`);
    current.family.samples.set(labels, Number(value));
  }
  return families;
}
