import { z } from 'zod';
import { jsonAs } from '../../core/parse-json.ts';

/** The property `Conditions`: a(sbbsi), type, trigger, negate, parameter, result (org.freedesktop.systemd1(5)). */
const conditionSchema = z.tuple([z.string(), z.boolean(), z.boolean(), z.string(), z.number()]);
type Condition = z.infer<typeof conditionSchema>;
const conditionsSchema = z.object({ data: z.array(conditionSchema) });

/**
 * The answer to `conditions`: one `<bus label> <json>` line for each unit. Gives the conditions that kept the unit from
 * starting, as a unit file would write them (`ConditionPathIsReadWrite=/sys`), by bus label. Units without one, and
 * lines that do not parse, are left out: the reason is then unknown.
 */
export function parseConditions(lines: readonly string[]): Map<string, string[]> {
  const failed = new Map<string, string[]>();
  for (const line of lines) {
    const space = line.indexOf(' ');
    const parsed = space > 0 ? parseJson(line.slice(space + 1)) : undefined;
    if (parsed !== undefined && parsed.length > 0) failed.set(line.slice(0, space), parsed);
  }
  return failed;
}

/**
 * Names of units that can be words of a command line (systemd.unit(5)): what else a guest calls a unit is not asked
 * about.
 */
export function isUnitName(name: string): boolean {
  return /^[A-Za-z0-9:_.\\@-]{1,256}$/.test(name);
}

/**
 * The answer to `status`: systemctl(1) about many units. Gives the failed conditions as `parseConditions` does, by
 * unit. A unit's block begins with its mark in the first column; the conditions stand below the label that says that
 * they were not met, each behind a branch of a tree. No other text of a unit can stand there: its description has one
 * line, and what follows a label is indented without a branch.
 */
export function parseStatus(lines: readonly string[]): Map<string, string[]> {
  const failed = new Map<string, string[]>();
  let unit: string | undefined;
  let isListing = false;
  for (const line of lines) {
    unit = /^[^\w\s] (\S+)( - |$)/u.exec(line)?.[1] ?? (line === '' ? undefined : unit);
    const condition = /^\s+[`|└├][─-] (Condition[A-Za-z]+=.*) was not met$/u.exec(line)?.[1];
    if (isListing && unit !== undefined && condition !== undefined) {
      const conditions = failed.get(unit);
      if (conditions === undefined) failed.set(unit, [condition]);
      else conditions.push(condition);
    } else isListing = /^ +Condition: start condition (unmet|failed) at /.test(line);
  }
  // systemctl names the last one first.
  return new Map([...failed].map(([name, conditions]) => [name, withoutAlternatives(conditions.reverse())]));
}

/** Beside a plain condition that failed, those marked with `|` are not to blame. */
function withoutAlternatives(conditions: string[]): string[] {
  const plain = conditions.filter((condition) => !/^\w+=\|/.test(condition));
  return plain.length > 0 ? plain : conditions;
}

function parseJson(text: string): string[] | undefined {
  const conditions = jsonAs(conditionsSchema, text)?.data;
  return (
    conditions &&
    blamed(conditions).map(
      ([type, trigger, negate, parameter]) => `${type}=${trigger ? '|' : ''}${negate ? '!' : ''}${parameter}`,
    )
  );
}

/**
 * One plain condition that fails is enough; of those marked with `|` it takes all, and one that holds absolves the rest
 * (systemd.unit(5)).
 */
function blamed(conditions: Condition[]): Condition[] {
  const failed = conditions.filter(([, , , , result]) => result < 0);
  const plain = failed.filter(([, trigger]) => !trigger);
  if (plain.length > 0) return plain;
  return conditions.some(([, trigger, , , result]) => trigger && result > 0) ? [] : failed;
}

/**
 * A unit's name as the last part of its object path: all but letters and digits as `_` and two hex digits
 * (sd_bus_path_encode(3)).
 */
export function busLabel(unit: string): string {
  return [...Buffer.from(unit)]
    .map((byte, index) => {
      const character = String.fromCharCode(byte);
      const plain = /[A-Za-z]/.test(character) || (index > 0 && /[0-9]/.test(character));
      return plain ? character : `_${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}
