import { plainLine } from '../../core/text.ts';
import type { RuntimeDescription } from '../record.ts';
import type { Note } from './comparison.ts';
import { borneText, type FailedBootsLimit } from '../failed-boots.ts';
import { bootsText, countBoots, type PooledSide } from './pool.ts';

/** A note on one runtime: its id, then the text. */
export function noteOn(runtime: string, text: string): Note {
  return { runtime, text: plainLine(`${runtime}: ${text}`) };
}

/** What a reader should know of two sides that no row and no structural difference says. */
export function notesOn(base: PooledSide, next: PooledSide): Note[] {
  return [...sideNotes(base, 'BASE'), ...sideNotes(next, 'NEW'), ...versionNotes(base, next)];
}

function sideNotes(side: PooledSide, name: string): Note[] {
  return side.records
    .filter(({ state }) => state !== 'complete')
    .map(({ id, state }) => ({
      text: plainLine(
        state === 'interrupted'
          ? `${name}: run ${id} was interrupted; what it measured counts`
          : `${name}: run ${id} has not ended; what it measured so far counts`,
      ),
    }));
}

function versionNotes(base: PooledSide, next: PooledSide): Note[] {
  const [before, after] = [base.records[0].tool.version, next.records[0].tool.version];
  const same = base.records[0].id === next.records[0].id;
  return [
    ...(before === after ? [] : [{ text: plainLine(`measured by twinboot ${before} and ${after}`) }]),
    ...(same ? [{ text: 'BASE and NEW are the same run' }] : []),
  ];
}

/** Failed boots that are no structural difference: those that may fail, and those that both sides have. */
export function bootNotes(
  base: PooledSide,
  next: PooledSide,
  runtimes: readonly RuntimeDescription[],
  maxFailedBoots: FailedBootsLimit,
): Note[] {
  return runtimes.flatMap(({ id }) => {
    const [before, after] = [countBoots(base, id), countBoots(next, id)];
    const borne = borneText(plainLine(id, 80), after, maxFailedBoots);
    if (borne !== undefined) return [{ runtime: id, text: `${borne} (${bootsText(before)} in BASE)` }];
    if (before.failed === 0) return [];
    return [noteOn(id, `${bootsText(before)} in BASE, ${bootsText(after)} in NEW`)];
  });
}
