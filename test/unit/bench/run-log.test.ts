import { describe, expect, it } from 'vitest';
import { parseRunLog } from '../../../bench/run-log.ts';

const boot = {
  level: 30,
  time: 1_795_451_406_812,
  run: '2026-11-23T16-29-02Z-48db47',
  phase: 'measured',
  round: 1,
  order: 1,
  runtime: 'qemu',
  bootId: 'db47-r1-1',
  startedAt: '2026-11-23T16:29:38.072Z',
  spans: { bootMs: 13_565.5, observeMs: 11_896, shutdownMs: 3275.75 },
  failures: [],
  msg: 'boot ended',
};
const end = { level: 30, time: 1_795_451_446_554, state: 'complete', samples: 12, msg: 'run ended' };

function log(...lines: unknown[]): string {
  return lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
}

describe('parseRunLog', () => {
  it('reads when each boot began, how long its spans were and when it was logged', () => {
    expect(parseRunLog(log(boot, end))).toEqual({
      boots: [
        {
          bootId: 'db47-r1-1',
          runtime: 'qemu',
          startedAtMs: Date.parse('2026-11-23T16:29:38.072Z'),
          spans: { bootMs: 13_565.5, observeMs: 11_896, shutdownMs: 3275.75 },
          loggedAtMs: 1_795_451_406_812,
        },
      ],
      endedAtMs: 1_795_451_446_554,
    });
  });

  it('keeps the order of the boots', () => {
    const { boots } = parseRunLog(log(boot, { ...boot, bootId: 'db47-r1-2' }, end));
    expect(boots.map(({ bootId }) => bootId)).toEqual(['db47-r1-1', 'db47-r1-2']);
  });

  it('passes over other lines and a line that is cut short', () => {
    const other = { level: 30, time: 1, msg: 'something new' };
    expect(parseRunLog(log(other, boot, '{"level":30,"ti', end)).boots).toHaveLength(1);
  });

  it('does not count a boot whose spans are not durations', () => {
    const broken = { ...boot, spans: { bootMs: null, observeMs: 1, shutdownMs: -1 } };
    expect(parseRunLog(log(boot, broken, end)).boots).toHaveLength(1);
  });

  it('refuses the log of a run without a boot, or without an end', () => {
    expect(() => parseRunLog(log(end))).toThrow('no boot');
    expect(() => parseRunLog(log(boot))).toThrow('no end');
  });
});
