import { Option, type Command } from '@commander-js/extra-typings';
import { InvalidArgumentError } from 'commander';
import { exitCodes } from '../../../core/error.ts';
import { GIB, KIB, MIB, parseBytes } from '../../../core/units.ts';
import { jsonText } from '../../../core/text.ts';
import { planBases, type CapacityQuestion, type Reserve } from '../../../results/capacity/capacity-plan.ts';
import { planSizes } from '../../../results/capacity/host-sizes.ts';
import { DEFAULT_RESERVE } from '../../../results/capacity/question.ts';
import { planCapacity } from '../../../results/capacity/plan-capacity.ts';
import { readRecord } from '../../../results/store.ts';
import { size, wholeNumber } from '../arguments.ts';
import type { Io } from '../io.ts';
import { planText } from './plan-text.ts';

const MOST_MEMORY = KIB * KIB * GIB;

/** `twinboot plan`: how many instances a host holds, by what a density run measured. */
export function addPlanCommand(program: Command, io: Io): void {
  program
    .command('plan')
    .summary('say how many instances a host holds, and how many hosts it takes')
    .description(
      'Draws the line through the steps of a density run on to a host of your own: instances per host for each runtime ' +
        'with the range that the interval of the slope leaves open, hosts for so many instances, and containers against ' +
        'VMs. Says where it goes beyond what was measured. Needs no root, no KVM and no Linux.',
    )
    .argument('<run>', 'a run folder or its run.json, with a density sample')
    .addOption(
      new Option('--host-memory <size>', 'memory of a host, such as 256G')
        .argParser(size(64 * MIB, MOST_MEMORY))
        .makeOptionMandatory(),
    )
    .addOption(
      new Option(
        '--host-cpus <n>',
        'CPUs of a host: what idling takes of them is then looked at as well',
      ).argParser(wholeNumber(1, 100_000)),
    )
    .addOption(
      new Option('--instances <n>', 'how many are wanted: says how many hosts they take').argParser(
        wholeNumber(1, 1_000_000_000),
      ),
    )
    .addOption(
      new Option(
        '--reserve <share|size>',
        `memory that instances do not get (default: ${DEFAULT_RESERVE})`,
      ).argParser(reserve),
    )
    .addOption(
      new Option('--workload-memory <size>', 'for the work of each instance, beyond what it costs idle')
        .argParser(size(0, MOST_MEMORY))
        .default(0, '0'),
    )
    .addOption(
      new Option(
        '--basis <figure>',
        'what an instance costs: charge of its control group, or fall of MemAvailable',
      )
        .choices(planBases)
        .default('charge' as const),
    )
    .addOption(
      new Option('--format <form>', 'how it is printed')
        .choices(['table', 'json'] as const)
        .default('table' as const),
    )
    .option('--out <dir>', 'write a page with a chart, and the chart as PNG and SVG, into this folder')
    .action(async (run, { format, out, ...options }) => {
      const record = await readRecord(run);
      const question = questionOf(options);
      const plan = planCapacity(record, question);
      io.out(format === 'json' ? jsonText(plan, 2) : planText(plan));
      if (plan.runtimes.every(({ instances }) => instances === undefined)) io.exitCode = exitCodes.run;
      if (out === undefined) return;
      // Loaded here: the drawing library is large, and most calls do not need it.
      const { writePlan } = await import('../../../report/capacity/render.ts');
      const page = await writePlan(plan, planSizes(record, question), out, (message) => io.note(message));
      io.note(`page  ${page}`);
    });
}

interface Options {
  hostMemory: number;
  hostCpus?: number | undefined;
  instances?: number | undefined;
  reserve?: Reserve | undefined;
  workloadMemory: number;
  basis: CapacityQuestion['basis'] & string;
}

function questionOf(options: Options): CapacityQuestion {
  const { hostMemory, hostCpus, instances, workloadMemory, basis } = options;
  return {
    hostMemoryBytes: hostMemory,
    ...(hostCpus === undefined ? {} : { hostCpus }),
    ...(instances === undefined ? {} : { instances }),
    ...(options.reserve === undefined ? {} : { reserve: options.reserve }),
    workloadMemoryBytes: workloadMemory,
    basis,
  };
}

/** `10%` or `8G`. */
function reserve(text: string): Reserve {
  const percent = /^(\d{1,2}(?:\.\d{1,3})?)\s?%$/.exec(text)?.[1];
  if (percent !== undefined) return { share: Number(percent) / 100 };
  const bytes = parseBytes(text);
  if (bytes === undefined)
    throw new InvalidArgumentError('It is a share below 100 %, such as 10%, or a size such as 8G.');
  return { bytes };
}
