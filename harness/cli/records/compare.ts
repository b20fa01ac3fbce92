import type { Command } from '@commander-js/extra-typings';
import { agreementSentence } from '../../../results/compare/agreement.ts';
import { compare } from '../../../results/compare/compare.ts';
import { defaultJudgeOptions } from '../../../results/compare/comparison.ts';
import { comparisonDocument } from '../../../results/compare/document.ts';
import { defaultFailOn, parseFailOn } from '../../../results/compare/failures.ts';
import { loadSide } from '../../../results/compare/pool.ts';
import { collect, wholeNumber } from '../arguments.ts';
import { alphaOption, maxFailedBootsOption, minEffectOption } from '../comparison-options.ts';
import type { Io } from '../io.ts';
import { formatOption, showVerdicts } from '../show-verdicts.ts';

const SIDE = 'a run folder, its run.json, or a folder of runs to be pooled';

/** `twinboot compare`: exit 1 where the comparison fails, 2 where the two sides are not comparable. */
export function addCompareCommand(program: Command, io: Io): void {
  program
    .command('compare')
    .summary('tell what changed between two runs from noise')
    .description(
      'Compares the runs of two images, metric by metric and runtime by runtime, and each VM over each container: ' +
        'medians, ratio with its 95 % interval, p corrected over all rows, and a verdict. Then the differences that ' +
        'need no statistics. Needs no root, no KVM and no Linux.',
    )
    .argument('<base>', SIDE)
    .argument('<new>', SIDE)
    .option(
      '--metric <id>',
      'a metric, or several with *, such as startup.*; may be repeated (default: startup.ready and the headlines, ' +
        'but for services.*, which the structural differences tell, and memory.host-delta, which is a cross-check)',
      collect,
      [],
    )
    .addOption(minEffectOption())
    .addOption(alphaOption())
    .option(
      '--seed <n>',
      'of the permutations and intervals',
      wholeNumber(0, 2 ** 31 - 1),
      defaultJudgeOptions.seed,
    )
    .option(
      '--fail-on <what>',
      'what exits with 1, separated by commas: regression, missing, improvement, inconclusive, structure, or a kind ' +
        'of structural difference such as service-appeared',
      parseFailOn,
      [...defaultFailOn],
    )
    .addOption(maxFailedBootsOption())
    .addOption(formatOption())
    .option('--force', 'compare across different environments, and mark every line', false)
    .action(async (basePath, nextPath, options) => {
      const { metric: metrics, minEffect, alpha, seed, force, format, failOn, maxFailedBoots } = options;
      const [base, next] = [await loadSide(basePath), await loadSide(nextPath)];
      const comparison = compare(base, next, { minEffect, alpha, seed, metrics, force, maxFailedBoots });
      showVerdicts(io, comparisonDocument(comparison, failOn), format);
      // Beside the verdict, which asks for what got worse: for whoever has repeated a run.
      io.note(agreementSentence(comparison));
    });
}
