import { messageOf, TwinbootError } from '../core/error.ts';
import { formatMs } from '../core/units.ts';
import type { Benchmark, BenchmarkContext, Figure } from './benchmark.ts';

/** What came of one benchmark: its figures, or why there are none. */
export interface Outcome {
  id: string;
  question: string;
  figures: Figure[];
  tookMs: number;
  error?: string;
}

/** Runs one after the other; one that fails says why and does not stop the rest. An interrupt stops them all. */
export async function runBenchmarks(
  chosen: readonly Benchmark[],
  context: BenchmarkContext,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const benchmark of chosen) {
    if (context.host.signal.aborted) break;
    context.note(`${benchmark.id}: ${benchmark.question}`);
    const outcome = await runBenchmark(benchmark, context);
    context.note(`${benchmark.id}: ${outcome.error ?? 'done'} (${formatMs(outcome.tookMs)})`);
    outcomes.push(outcome);
  }
  return outcomes;
}

async function runBenchmark(
  { id, question, measure }: Benchmark,
  context: BenchmarkContext,
): Promise<Outcome> {
  const startMs = performance.now();
  const took = (): { tookMs: number } => ({ tookMs: performance.now() - startMs });
  try {
    const figures = await measure(context);
    return { id, question, figures, ...took() };
  } catch (error) {
    return { id, question, figures: [], error: explain(error), ...took() };
  }
}

function explain(error: unknown): string {
  if (!(error instanceof TwinbootError)) return `failed: ${messageOf(error)}`;
  const tail = error.consoleTail.map((line) => `\n  | ${line}`).join('');
  return `failed: ${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}${tail}`;
}

/** Does the work when it is first asked for; everybody gets the same outcome, a failure too. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let outcome: Promise<T> | undefined;
  return () => (outcome ??= work());
}
