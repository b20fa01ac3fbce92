import { plainLine } from '../../core/text.ts';
import type { Density, DensityStep } from './density.ts';
import { stepsWithInstances } from './figures.ts';

/** One kind of memory, as the memory scenario tells it apart. */
export interface Part {
  id: string;
  title: string;
}

/** The first step whose parts are known and the last one, where that is another: one instance alone, and among many. */
export function endsWithParts(density: Density): DensityStep[] {
  const steps = stepsWithInstances(density).filter(({ parts }) => parts.length > 0);
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined) return [];
  return first === last ? [first] : [first, last];
}

/** `alone`, `each of 8` */
export const endLabel = ({ live }: DensityStep): string => (live === 1 ? 'alone' : `each of ${live}`);

/** In the order of the step that has most of them, what nobody can explain last. */
export function partsOver(steps: readonly DensityStep[]): Part[] {
  const richestFirst = steps.toSorted((a, b) => b.parts.length - a.parts.length);
  const titles = new Map(richestFirst.flatMap(({ parts }) => parts.map(({ id, title }) => [id, title])));
  return [...titles]
    .map(([id, title]) => ({ id, title: plainLine(title, 60) }))
    .sort((a, b) => Number(isUnexplained(a)) - Number(isUnexplained(b)));
}

export const isUnexplained = ({ id }: Pick<Part, 'id'>): boolean => id.endsWith('.unexplained');

/** Bytes of one instance, or `undefined` where there is no such part. */
export function partOfOne({ parts, live }: DensityStep, id: string): number | undefined {
  const part = parts.find((candidate) => candidate.id === id);
  return part === undefined ? undefined : part.bytes / live;
}
