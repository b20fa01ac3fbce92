import { runError } from '../../core/error.ts';
import type { UnitsReading } from '../contract/artifacts.ts';
import type { Agent } from '../guest/agent.ts';
import { inQuestions } from '../guest/protocol.ts';
import { UNIT_FILES, unitsCommand } from '../guest/sent-program.ts';
import { busLabel, isUnitName, parseConditions, parseStatus } from '../parse/conditions.ts';
import { parseUnitFiles, parseUnits, type UnitReport } from '../parse/units.ts';
import { ask } from './ask.ts';

/** By one program where the guest can run it, else by the agent's own questions, which any systemd can answer. */
export async function readUnits(agent: Agent): Promise<UnitsReading> {
  return (await unitsAtOnce(agent)) ?? (await unitsInTurn(agent));
}

/** `undefined` where the program does not end well: no perl, or a manager that speaks otherwise. */
export async function unitsAtOnce(agent: Agent): Promise<UnitsReading | undefined> {
  const { lines, status } = await agent.ask('exec', unitsCommand());
  const files = lines.indexOf(UNIT_FILES);
  if (status !== 0 || files === -1) return undefined;
  const about = lines.slice(0, files);
  const report = parseUnits(about);
  if (report.units.size === 0) return undefined;
  const failed = parseConditions(about);
  const failedConditions = new Map(
    skippedIn(report).flatMap((id) => {
      const conditions = failed.get(busLabel(id));
      return conditions === undefined ? [] : [[id, conditions] as const];
    }),
  );
  return { ...report, unitFiles: parseUnitFiles(lines.slice(files + 1)), failedConditions };
}

/** Errors: those of the agent; `agent-question-failed`, `agent-empty-answer`. */
export async function unitsInTurn(agent: Agent): Promise<UnitsReading> {
  const report = parseUnits((await ask(agent, 'units')).lines);
  if (report.units.size === 0) throw runError('agent-empty-answer', 'the agent reported no unit');
  const unitFiles = parseUnitFiles((await ask(agent, 'unit-files')).lines);
  const skipped = skippedIn(report).filter(isUnitName).slice(0, MOST_ASKED_ABOUT);
  return { ...report, unitFiles, failedConditions: await askConditions(agent, skipped) };
}

/** Units that were to be started, and that a condition kept from it. */
function skippedIn({ units }: UnitReport): string[] {
  return [...units.values()]
    .filter((unit) => unit.conditionChecked && !unit.conditionMet)
    .map(({ id }) => id);
}

/** Of how many units it is asked why they did not start; of more the reason is unknown. Debian has 20 that do not. */
const MOST_ASKED_ABOUT = 1000;

/** One process in the guest tells of many units; the bus, which takes one for each, is asked what it leaves open. */
async function askConditions(agent: Agent, units: readonly string[]): Promise<Map<string, string[]>> {
  const failedConditions = new Map<string, string[]>();
  for (const names of inQuestions(units)) {
    const byStatus = parseStatus((await agent.ask('status', names.join(' '))).lines);
    for (const name of names) {
      const conditions = byStatus.get(name);
      if (conditions !== undefined) failedConditions.set(name, conditions);
    }
  }
  const open = new Map(units.filter((id) => !failedConditions.has(id)).map((id) => [busLabel(id), id]));
  for (const labels of inQuestions([...open.keys()])) {
    const failed = parseConditions((await agent.ask('conditions', labels.join(' '))).lines);
    for (const [label, conditions] of failed) {
      const id = open.get(label);
      if (id !== undefined) failedConditions.set(id, conditions);
    }
  }
  return failedConditions;
}
