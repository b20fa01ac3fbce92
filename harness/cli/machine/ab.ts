import { randomInt } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Option, type Command } from '@commander-js/extra-typings';
import { replaceFile } from '../../../core/replace-file.ts';
import { exitCodes, messageOf, runError, usageError, type TwinbootError } from '../../../core/error.ts';
import { formatList } from '../../../core/words.ts';
import { compareAb, type AbComparison, type AbOptions } from '../../../results/compare/ab.ts';
import type { ComparisonRow } from '../../../results/compare/comparison.ts';
import { comparisonDocument } from '../../../results/compare/document.ts';
import { defaultFailOn, parseFailOn, type FailOn } from '../../../results/compare/failures.ts';
import { reachOfLooks } from '../../../results/compare/reach.ts';
import type { FailedBootsLimit } from '../../../results/failed-boots.ts';
import { looks } from '../../../results/statistics/looks.ts';
import { selectMetrics } from '../../../results/compare/select.ts';
import { ratioText, rowName } from '../../../results/compare/row-text.ts';
import type { VerdictDocument } from '../../../results/verdicts/document.ts';
import { ciForms } from '../../../results/verdicts/forms/registry.ts';
import { writeFailure } from '../../../results/write-failure.ts';
import { findScenario } from '../../../scenarios/registry.ts';
import { executeAb, type AbResult } from '../../schedule/ab.ts';
import { interrupted } from '../../runtimes/ready.ts';
import { parseSide, requirePairs, type AbSide } from './ab-sides.ts';
import { collect, duration, wholeNumber } from '../arguments.ts';
import { alphaOption, maxFailedBootsOption, minEffectOption } from '../comparison-options.ts';
import { silent, type Io } from '../io.ts';
import { withBench, type Bench, type RunOptions } from './measure-run.ts';
import { addBootOptions, planFrom, runOptions, type WarmupChoice } from './run-options.ts';
import { comparedScenarios, scenariosOfOneBoot } from './scenarios.ts';
import { formatOption, showVerdicts, type Format } from '../show-verdicts.ts';

const SIDE = 'a runtime spec, or image=NAME; may be repeated';

/** `twinboot ab`: exit 1 where B is worse than A, 4 where it was interrupted. */
export function addAbCommand(program: Command, io: Io): void {
  addBootOptions(
    program
      .command('ab')
      .summary('measure two variants turn by turn until it is clear which is better')
      .description(
        'Boots A and B by turns on this host, round by round, and stops as soon as every metric is decided: two images ' +
          '(--a image=trixie --b image=mine), two runtimes, or two settings of one (--b qemu:append=quiet). Looking after ' +
          'every few rounds does not raise the rate of false alarms (docs/statistics.md). Without scenarios: ' +
          `${formatList(comparedScenarios.map(({ id }) => id))}.`,
      )
      .argument('[scenario...]', `what to ask: ${scenariosOfOneBoot.map(({ id }) => id).join(', ')}`)
      .option('--a <word>', `A, the old one: ${SIDE}`, collect, [])
      .option('--b <word>', `B, the new one: ${SIDE}`, collect, [])
      .option(
        '--runtime <spec>',
        'of a side that names none; may be repeated (default: nspawn and qemu)',
        collect,
        [],
      )
      .option('--metric <id>', 'as of `twinboot compare`; may be repeated', collect, [])
      .option('--max-rounds <n>', 'rounds after which it ends undecided', wholeNumber(1, 10_000), 40)
      .addOption(
        new Option('--max-time <time>', 'time after which no further round begins: 90s, 30m, 2h')
          .argParser(duration)
          .default(3_600_000, '1h'),
      )
      .addOption(minEffectOption())
      .addOption(alphaOption())
      .addOption(
        new Option('--fail-on <what>', 'as of `twinboot compare`')
          .argParser(parseFailOn)
          .default([...defaultFailOn], defaultFailOn.join(',')),
      )
      .addOption(maxFailedBootsOption())
      .addOption(formatOption()),
  )
    .addOption(runOptions.quiet())
    .action(async (scenarioIds, options) => {
      const both = {
        image: options.image,
        runtimes: options.runtime.length > 0 ? options.runtime : ['default'],
      };
      const sides = { a: parseSide(options.a, both), b: parseSide(options.b, both) };
      requirePairs(sides.a, sides.b);
      const warmup = chosenWarmup(options.warmup);
      const seed = options.seed ?? randomInt(2 ** 31);
      const scenarios =
        scenarioIds.length > 0
          ? [...new Set(scenarioIds)].map((id) => findScenario(id, scenariosOfOneBoot))
          : comparedScenarios;
      // What cannot be compared must be said before anything boots.
      const metrics = selectMetrics(
        scenarios.flatMap(({ id, metrics }) => metrics.map((metric) => ({ scenario: id, metric }))),
        options.metric,
      );
      const rows = metrics.length * sides.a.specs.length;
      const caveat = reachOfLooks(options.maxRounds, rows, options.alpha);
      if (caveat !== undefined) io.note(`! ${caveat}`);
      const optionsOf = ({ specs, image }: AbSide): RunOptions => ({
        plan: planFrom(options, {
          seed,
          scenarios: scenarios.map(({ id }) => id),
          runtimes: specs.map(({ id }) => id),
          rounds: options.maxRounds,
          warmup,
        }),
        specs,
        scenarios,
        image,
        boot: options.boot,
        out: options.out,
        install: options.install,
      });
      await measureAb(options.quiet || options.format !== 'table' ? silent(io) : io, io, {
        ...options,
        warmup,
        sides,
        runs: { a: optionsOf(sides.a), b: optionsOf(sides.b) },
      });
    });
}

/** Both sides of a pair boot in turn by a plan that is made beforehand, and alternate however warm the host is. */
function chosenWarmup(warmup: WarmupChoice): number {
  if (warmup !== 'auto') return warmup;
  throw usageError('warmup-by-rule', '--warmup auto is of run and noise', {
    hint: 'ab alternates both sides, so that a host that gets warm hits both alike: name a number',
  });
}

interface AbRun {
  sides: { a: AbSide; b: AbSide };
  runs: { a: RunOptions; b: RunOptions };
  warmup: number;
  maxRounds: number;
  maxTime: number;
  minEffect: number;
  alpha: number;
  metric: readonly string[];
  failOn: readonly FailOn[];
  maxFailedBoots: FailedBootsLimit;
  format: Format;
}

async function measureAb(progress: Io, io: Io, ab: AbRun): Promise<void> {
  const specs = [...ab.runs.a.specs, ...ab.runs.b.specs];
  const measured = await withBench(progress, ab.runs.a, specs, async (bench) => {
    const requests = { a: await requestOf(bench, ab, 'a'), b: await requestOf(bench, ab, 'b') };
    const { seed } = requests.a.plan;
    const optionsAt = (round: number): AbOptions => ({
      ...ab,
      round,
      seed,
      metrics: ab.metric,
      names: { a: `A: ${ab.sides.a.name}`, b: `B: ${ab.sides.b.name}` },
    });
    const reported = new Set<string>();
    const result = await executeAb(bench.host, {
      ...requests,
      seed,
      warmup: ab.warmup,
      maxRounds: ab.maxRounds,
      maxMs: ab.maxTime,
      isDecided(round, a, b) {
        if (!looks(ab.maxRounds).includes(round)) return false;
        const current = compareAb(a, b, optionsAt(round));
        progress.note(lookLine(round, current, reported));
        return current.isDecided;
      },
    });
    if (result.rounds === 0) throw result.end === 'given-up' ? noValues(bench.folder.path) : interrupted();
    const comparison = compareAb(result.a, result.b, {
      ...optionsAt(result.rounds),
      last: result.end === 'max-time',
    });
    comparison.notes.unshift({ text: endNote(result, comparison, ab) });
    const document = comparisonDocument(comparison, ab.failOn);
    await keep(io, document, bench.folder.path);
    return { result, comparison, document, folder: bench.folder };
  });
  const { result, comparison, document, folder } = measured;
  requireBase(comparison, folder.path);
  showVerdicts(io, document, ab.format);
  if (ab.format === 'table') {
    const [a, b] = ['a', 'b'].map((side) => relative('.', join(folder.path, side)));
    io.out(`\nrecords  ${a} and ${b}, for \`twinboot report\` and \`twinboot compare\``);
  }
  if (result.end === 'interrupted') io.exitCode = exitCodes.run;
}

async function requestOf(bench: Bench, { runs }: AbRun, side: 'a' | 'b') {
  const folder = { id: `${bench.folder.id}-${side}`, path: join(bench.folder.path, side) };
  await mkdir(folder.path).catch((error: unknown) => {
    throw writeFailure(error, folder.path);
  });
  return bench.request(runs[side], await bench.image(runs[side]), folder);
}

/** `after 8 rounds: startup.ready of nspawn 1.46 [1.41, 1.52] regression; 3 of 4 decided`; each finding once. */
function lookLine(round: number, { rows }: AbComparison, reported: Set<string>): string {
  const isOpen = ({ verdict, moreRounds }: ComparisonRow): boolean =>
    verdict === 'inconclusive' && moreRounds !== undefined;
  const open = rows.filter(isOpen);
  const news = rows.filter((row) => !isOpen(row) && row.verdict !== 'pass' && !reported.has(rowName(row)));
  for (const row of news) reported.add(rowName(row));
  const findings = news.map((row) => `${rowName(row)} ${ratioText(row)} ${row.verdict}`);
  return `after ${round} rounds: ${[...findings, `${rows.length - open.length} of ${rows.length} decided`].join('; ')}`;
}

/** Where A has nothing to compare with, nothing was found out: that must not look like a pass. */
function requireBase({ rows }: AbComparison, folder: string): void {
  if (!rows.some(({ base }) => base.n > 0)) throw noValues(folder);
}

function noValues(folder: string): TwinbootError {
  return runError('no-values', 'no boot of A gave a value to compare with', {
    hint: `twinboot report ${relative('.', join(folder, 'a'))} says why`,
  });
}

function endNote({ end, rounds }: AbResult, { isDecided }: AbComparison, ab: AbRun): string {
  const after = `${rounds} round${rounds === 1 ? '' : 's'}`;
  if (end === 'decided' || isDecided) return `everything is decided after ${after}`;
  if (end === 'given-up') return `ended after ${after}: nothing is left that boots on both sides`;
  if (end === 'interrupted') return `interrupted after ${after}: the rest is undecided`;
  const limit = end === 'max-time' ? `--max-time (${ab.maxTime / 60_000} min)` : `--max-rounds`;
  return `ended after ${after} by ${limit}: not everything is decided`;
}

/**
 * Beside the two records, every form for other programs. A file that fails is said to be missing, and costs no verdict.
 */
async function keep(io: Io, document: VerdictDocument, folder: string): Promise<void> {
  for (const { file, render } of ciForms) {
    try {
      await replaceFile(join(folder, file), `${String(render(document))}\n`);
    } catch (error) {
      io.note(`no ${file}: ${messageOf(error)}`);
    }
  }
}
