import { Option, type Command } from '@commander-js/extra-typings';
import { InvalidArgumentError } from 'commander';
import { exitCodes, usageError } from '../../../core/error.ts';
import { formatBytes, GIB, KIB, MIB, parseBytes } from '../../../core/units.ts';
import { formatList } from '../../../core/words.ts';
import { jsonText } from '../../../core/text.ts';
import {
  planBases,
  type CapacityPlan,
  type CapacityQuestion,
  type Price,
  type Reserve,
} from '../../../results/capacity/capacity-plan.ts';
import { percentText } from '../../../results/capacity/capacity-text.ts';
import { planSizes } from '../../../results/capacity/host-sizes.ts';
import {
  DEFAULT_BREAK_EVEN,
  DEFAULT_RESERVE,
  FURTHER_WORKLOADS,
} from '../../../results/capacity/question.ts';
import { planCapacity } from '../../../results/capacity/plan-capacity.ts';
import { runtimeClasses } from '../../../results/capacity/runtime-class.ts';
import { readRecord } from '../../../results/store.ts';
import { size, wholeNumber } from '../arguments.ts';
import type { Io } from '../io.ts';
import { planText } from './plan-text.ts';

const MOST_MEMORY = KIB * KIB * GIB;

/** `twinboot plan`: how many instances a host holds, by what a density run measured. */
export function addPlanCommand(program: Command, io: Io): void {
  program
    .command('plan')
    .summary('say how many instances a host holds, how many hosts it takes, and at what price')
    .description(
      'Draws the line through the steps of a density run on to a host of your own: instances per host for each runtime ' +
        'with the range that the interval of the slope leaves open, hosts for so many instances, containers against ' +
        'VMs, and the workload from which on a VM takes little more than a container. Names the limit that binds first. ' +
        'Says where it goes beyond what was measured. Needs no root, no KVM and no Linux.',
    )
    .argument('<run>', 'a run folder or its run.json, with a density sample')
    .addOption(
      new Option('--host-memory <size>', 'memory of a host, such as 256G; has to be named').argParser(
        size(64 * MIB, MOST_MEMORY),
      ),
    )
    .addOption(
      new Option(
        '--host-cpus <n>',
        'CPUs of a host: what idling takes of them is then looked at as well',
      ).argParser(wholeNumber(1, 100_000)),
    )
    .addOption(
      new Option(
        '--host-price <price>',
        'of one host for a month, in any currency, such as 900EUR: says what an instance costs',
      ).argParser(price),
    )
    .addOption(
      new Option('--instances <n>', 'how many are wanted: says how many hosts they take').argParser(
        wholeNumber(1, 1_000_000_000),
      ),
    )
    .addOption(
      new Option('--spare-hosts <n>', 'hosts on top of those, so that as many may fail: 1 is N+1')
        .argParser(wholeNumber(0, 1_000_000))
        .default(0),
    )
    .addOption(
      new Option(
        '--max-per-host <n>',
        'no more instances than these on one host, such as the 110 pods of a kubelet',
      ).argParser(wholeNumber(1, 1_000_000_000)),
    )
    .addOption(
      new Option(
        '--reserve <share|size>',
        `memory that instances do not get (default: ${DEFAULT_RESERVE})`,
      ).argParser(reserve),
    )
    .addOption(
      new Option(
        '--workload-memory <size>',
        'for the work of each instance, beyond what it costs idle ' +
          `(default: a table over 0, ${formatList(FURTHER_WORKLOADS.map(formatBytes))})`,
      ).argParser(size(0, MOST_MEMORY)),
    )
    .addOption(
      new Option(
        '--break-even <share>',
        'how much more memory a VM may take than a container, at the workload that is looked for',
      )
        .argParser(breakEvenShare)
        .default(DEFAULT_BREAK_EVEN, percentText(DEFAULT_BREAK_EVEN)),
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
      new Option(
        '--format <form>',
        'how it is printed; runtime-class: what one more costs as overhead.podFixed of Kubernetes, in YAML',
      )
        .choices(['table', 'json', 'runtime-class'] as const)
        .default('table' as const),
    )
    .option('--out <dir>', 'write a page with a chart, and the chart as PNG and SVG, into this folder')
    .action(async (run, { format, out, ...options }) => {
      const record = await readRecord(run);
      const question = questionOf(options, record.host.memoryBytes);
      const plan = planCapacity(record, question);
      io.out(forms[format](plan));
      if (plan.runtimes.every(({ instances }) => instances === undefined)) io.exitCode = exitCodes.run;
      if (out === undefined) return;
      // Loaded here: the drawing library is large, and most calls do not need it.
      const { writePlan } = await import('../../../report/capacity/render.ts');
      const page = await writePlan(plan, planSizes(record, question), out, (message) => io.note(message));
      io.note(`page  ${page}`);
    });
}

const forms: Readonly<Record<'table' | 'json' | 'runtime-class', (plan: CapacityPlan) => string>> = {
  table: planText,
  json: (plan) => jsonText(plan, 2),
  'runtime-class': runtimeClasses,
};

interface Options {
  hostMemory?: number | undefined;
  hostCpus?: number | undefined;
  hostPrice?: Price | undefined;
  instances?: number | undefined;
  spareHosts: number;
  maxPerHost?: number | undefined;
  reserve?: Reserve | undefined;
  workloadMemory?: number | undefined;
  breakEven: number;
  basis: CapacityQuestion['basis'] & string;
}

/** Throws the usage error `no-host-memory`. `measuredOnBytes`: the memory of the host of the run. */
function questionOf(options: Options, measuredOnBytes: number): CapacityQuestion {
  const { hostMemory, hostCpus, hostPrice, instances, maxPerHost, reserve: kept, workloadMemory } = options;
  if (hostMemory === undefined) {
    throw usageError('no-host-memory', 'the memory of a host is not named', {
      hint: `name it, such as --host-memory 256G; the host of this run has ${formatBytes(measuredOnBytes)}`,
    });
  }
  return {
    hostMemoryBytes: hostMemory,
    ...(hostCpus === undefined ? {} : { hostCpus }),
    ...(hostPrice === undefined ? {} : { hostPrice }),
    ...(instances === undefined ? {} : { instances }),
    spareHosts: options.spareHosts,
    ...(maxPerHost === undefined ? {} : { maxPerHost }),
    ...(kept === undefined ? {} : { reserve: kept }),
    ...(workloadMemory === undefined ? {} : { workloadMemoryBytes: workloadMemory }),
    breakEvenShare: options.breakEven,
    basis: options.basis,
  };
}

/** `10%` or `8G`. */
function reserve(text: string): Reserve {
  const share = shareIn(text);
  if (share !== undefined && share < 1) return { share };
  const bytes = parseBytes(text);
  if (bytes === undefined)
    throw new InvalidArgumentError('It is a share below 100 %, such as 10%, or a size such as 8G.');
  return { bytes };
}

/** `10%` */
function breakEvenShare(text: string): number {
  const share = shareIn(text);
  if (share === undefined || share < 0.001)
    throw new InvalidArgumentError('It is a share from 0.1 % to 999 %, such as 10%.');
  return share;
}

/** `10%` → 0.1; `undefined` where the text is no share. */
function shareIn(text: string): number | undefined {
  const percent = /^(\d{1,3}(?:\.\d{1,3})?)\s?%$/.exec(text)?.[1];
  return percent === undefined ? undefined : Number(percent) / 100;
}

/** `900EUR`, `€ 900`, `1200.50`. */
function price(text: string): Price {
  const [, before = '', amount = '', after = ''] =
    /^([\p{L}\p{Sc} ]{0,8})(\d{1,12}(?:\.\d{1,4})?)([\p{L}\p{Sc} ]{0,8})$/u.exec(text.trim()) ?? [];
  if (!(Number(amount) > 0))
    throw new InvalidArgumentError(
      'It is a price above 0 such as 900EUR, "$ 900" or 1200.50: digits without commas, and a currency.',
    );
  return { amount: Number(amount), before, after };
}
