import { describe, expect, it } from 'vitest';
import { whyHopeless } from '../../../harness/schedule/hopeless.ts';
import type { Sample } from '../../../results/record.ts';

type Outcome = string;

/** Samples of two scenarios for each boot: the outcome is `ok`, or the message of its failure. */
function boots(...outcomes: (Outcome | [Outcome, Outcome])[]): Sample[] {
  return outcomes.flatMap((outcome, index) =>
    (typeof outcome === 'string' ? [outcome, outcome] : outcome).map((message, place) => ({
      scenario: ['startup', 'memory'][place] ?? '',
      runtime: 'nspawn',
      phase: index === 0 ? ('warmup' as const) : ('measured' as const),
      round: Math.max(1, index),
      order: 1,
      boot: `b${index}`,
      startedAt: '2026-11-25T12:00:00.000Z',
      outcome: message === 'ok' ? ('ok' as const) : ('failed' as const),
      values: [],
      missing: [],
      details: {},
      ...(message === 'ok' ? {} : { error: { code: 'boot-timeout', message } }),
    })),
  );
}

describe('a runtime is hopeless', () => {
  it('when its first two boots failed in the same way, the warm-up included', () => {
    expect(whyHopeless(boots('not ready', 'not ready'), 'nspawn')).toEqual({
      code: 'boot-timeout',
      message: 'not ready',
    });
  });

  it('also where only times, pids and names of boots differ', () => {
    const samples = boots(
      'process 4711 of ab12-w1-1 ended after 3.2 s',
      'process 812 of ab12-r1-2 ended after 11 s',
    );
    expect(whyHopeless(samples, 'nspawn')?.message).toBe('process 4711 of ab12-w1-1 ended after 3.2 s');
  });
});

describe('there is hope', () => {
  it.each<[string, Sample[]]>([
    ['after one boot', boots('not ready')],
    ['where they failed in different ways', boots('not ready', 'kernel panic')],
    ['where one of the first got ready', boots('ok', 'not ready', 'not ready', 'not ready')],
    ['where a scenario could read something', boots(['not ready', 'ok'], ['not ready', 'ok'])],
    [
      'for another runtime',
      boots('not ready', 'not ready').map((sample) => ({ ...sample, runtime: 'qemu' })),
    ],
  ])('%s', (_, samples) => {
    expect(whyHopeless(samples, 'nspawn')).toBeUndefined();
  });
});
