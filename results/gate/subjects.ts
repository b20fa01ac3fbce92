import { pairsOf } from '../ratio.ts';
import type { RunRecord, RuntimeDescription } from '../record.ts';
import { VM_OVER_CONTAINER } from './file-schema.ts';
import type { Gate } from './read-gate.ts';

/** One thing of a record that rules apply to. */
export interface Subject {
  /** RuntimeDescription.id; of a ratio `<vm id> / <container id>`, as in a comparison. */
  name: string;
  /** The keys of the file that mean it, the more special later. */
  keys: string[];
  /** RuntimeDescription.id of those that its figures are made of. */
  runtimes: string[];
}

/** The runtimes of the record that the gate judges: those of its file, or all. */
export function judgedRuntimes(gate: Gate, record: RunRecord): RuntimeDescription[] {
  const { runtimes } = gate;
  return record.runtimes.filter(({ id }) => runtimes?.some((named) => named.id === id) ?? true);
}

/** Runtimes that the file names and the record does not have; what a preset left out does not count. */
export function absentRuntimes(gate: Gate, record: RunRecord): string[] {
  const present = new Set(record.runtimes.map(({ id }) => id));
  return (gate.runtimes ?? []).flatMap(({ id, optional }) => (optional || present.has(id) ? [] : [id]));
}

export function runtimeSubjects(gate: Gate, record: RunRecord): Subject[] {
  return judgedRuntimes(gate, record).map(({ id, kind }) => ({ name: id, keys: [kind, id], runtimes: [id] }));
}

export function ratioSubjects(gate: Gate, record: RunRecord): Subject[] {
  return pairsOf(judgedRuntimes(gate, record)).map(({ vm, container }) => ({
    name: `${vm.id} / ${container.id}`,
    keys: [VM_OVER_CONTAINER, `${vm.id}/${container.id}`, `${vm.id} / ${container.id}`],
    runtimes: [vm.id, container.id],
  }));
}

/** The keys of a rule that mean nothing in this record: a rule that is never looked at must not pass. */
export function unmatchedKeys(under: object, subjects: readonly Subject[]): string[] {
  const matched = new Set(subjects.flatMap(({ keys }) => keys));
  return Object.keys(under).filter((key) => !matched.has(key));
}
