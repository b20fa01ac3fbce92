import { groupBy } from '../../core/group-by.ts';
import type { Sample, SampleError } from '../../results/record.ts';

/** So many first boots that fail in the same way say what the next ones would say. */
export const HOPELESS_BOOTS = 2;

/**
 * Why a runtime is not worth another boot: nothing could be read of its first `HOPELESS_BOOTS` boots, warm-ups
 * included, each time for the same reason. `undefined` while there is hope: one good boot, and failures are a finding.
 */
export function whyHopeless(samples: readonly Sample[], runtime: string): SampleError | undefined {
  const own = samples.filter((sample) => sample.runtime === runtime);
  const first = groupBy(own, ({ boot }) => boot).slice(0, HOPELESS_BOOTS);
  const errors = first.map(failureOf);
  const [error] = errors;
  if (first.length < HOPELESS_BOOTS || error === undefined) return undefined;
  return errors.every((other) => other !== undefined && wayOf(other) === wayOf(error)) ? error : undefined;
}

/** The error of a boot of which no scenario could read anything. */
function failureOf(samples: readonly Sample[]): SampleError | undefined {
  return samples.some(({ outcome }) => outcome === 'ok') ? undefined : samples[0]?.error;
}

/** Times, pids and names of boots differ from boot to boot, and are no other way to fail. */
function wayOf({ code, message }: SampleError): string {
  return `${code} ${message.replace(/\S*\d\S*/g, '#')}`;
}
