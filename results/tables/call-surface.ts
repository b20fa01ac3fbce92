import { NOTHING } from '../../core/words.ts';
import { questionOf } from '../questions/registry.ts';
import type { Context } from './context.ts';
import { marksOver, runtimeCell, runtimesOf, type RuntimeView } from './runtimes.ts';
import { column, numeric, type Cell, type Table } from './table.ts';

/** Of the system calls of the host's kernel, those that each runtime makes, and may make. */
export interface CallSurface {
  /** The scenario of what is used, where the figure stands. */
  scenario: string;
  rows: { runtime: RuntimeView; used?: number; allowed?: number }[];
  all: number;
}

/** Medians over all rounds; `undefined` where the run has not measured both for any runtime. */
export function callSurfaceOf(context: Context): CallSurface | undefined {
  const { runtimes } = context;
  const { scenarios } = context.record;
  const using = scenarios.find(({ id }) => questionOf(id).callsUsed !== undefined);
  const allowing = scenarios.find(({ id }) => questionOf(id).callsAllowed !== undefined);
  const ids = allowing && questionOf(allowing.id).callsAllowed;
  const usedId = using && questionOf(using.id).callsUsed;
  if (using === undefined || usedId === undefined || allowing === undefined || ids === undefined)
    return undefined;
  const all = Math.max(...runtimes.map(({ id }) => context.find(allowing.id, ids.all, id)?.median ?? 0));
  const rows = runtimes.flatMap((runtime) => {
    const used = context.find(using.id, usedId, runtime.id)?.median;
    const allowed = context.find(allowing.id, ids.allowed, runtime.id)?.median;
    if (used === undefined && allowed === undefined) return [];
    return [{ runtime, ...(used !== undefined && { used }), ...(allowed !== undefined && { allowed }) }];
  });
  const hasBoth = rows.some(({ used, allowed }) => used !== undefined && allowed !== undefined);
  return all > 0 && hasBoth ? { scenario: using.id, rows, all } : undefined;
}

export function callSurfaceTable({ rows, all }: CallSurface): Table {
  const cell = (count: number | undefined): Cell => ({ text: count === undefined ? NOTHING : String(count) });
  return {
    caption: 'System calls of the host’s kernel',
    ...marksOver(runtimesOf(rows), 'none'),
    columns: [column('Runtime'), numeric('Made'), numeric('Allowed'), numeric('There are')],
    rows: rows.map(({ runtime, used, allowed }) => [
      runtimeCell(runtime),
      cell(used),
      cell(allowed),
      cell(all),
    ]),
  };
}
