import { Option } from '@commander-js/extra-typings';
import { InvalidArgumentError } from 'commander';
import { NO_FAILED_BOOTS, type FailedBootsLimit } from '../../results/failed-boots.ts';
import { defaultJudgeOptions } from '../../results/compare/comparison.ts';

/** A share, `5%` or `0.05`, from `min` up to, not including, 1; for commander. */
export function share({ min }: { min: number }): (text: string) => number {
  return (text) => {
    const match = /^(\d{1,3}(?:\.\d{1,6})?|\.\d{1,6})\s*(%?)$/.exec(text.trim());
    const value = match ? Number(match[1]) / (match[2] === '%' ? 100 : 1) : NaN;
    if (!(value >= min && value < 1)) throw new InvalidArgumentError('It is a share such as 5% or 0.05.');
    return value;
  };
}

export function minEffectOption() {
  return new Option('--min-effect <share>', 'the least change of a median that matters, 5% or 0.05')
    .argParser(share({ min: 0 }))
    .default(defaultJudgeOptions.minEffect, '5%');
}

export function alphaOption(
  meaning = 'bound on the probability of any false alarm, over everything that is asked',
) {
  return new Option('--alpha <share>', meaning)
    .argParser(share({ min: 1e-6 }))
    .default(defaultJudgeOptions.alpha, '0.05');
}

export function maxFailedBootsOption() {
  return new Option(
    '--max-failed-boots <n>',
    "how many of NEW's measured boots of a runtime may fail, 2 or 5%, as in a gate; those that fail are said all the same",
  )
    .argParser((text): FailedBootsLimit =>
      /^\d{1,6}$/.test(text) ? { boots: Number(text) } : { share: share({ min: 0 })(text) },
    )
    .default(NO_FAILED_BOOTS, '0');
}
