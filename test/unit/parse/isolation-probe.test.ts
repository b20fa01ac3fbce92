import { describe, expect, it } from 'vitest';
import { parseIsolationProbe } from '../../../harness/parse/isolation-probe.ts';

describe('parseIsolationProbe', () => {
  it('takes what has its form, and passes over the rest', () => {
    const view = parseIsolationProbe([
      'uid-map          0     100000      65536',
      'uid-map nonsense',
      'namespace net:[4026531840]',
      'namespace net:[x]',
      'device /dev/a b 13',
      'device /dev/null',
      'probe kcore absent',
      'probe core-pattern 30',
      'probe mem yes',
      'write-back 1',
      'user-namespace killed',
      'load 0.10 x 0.30 1/80 90',
      'modules-disabled 1',
      'unknown line',
      '',
      'end',
    ]);
    expect(view).toMatchObject({
      uidMap: [{ inside: 0, outside: 100_000, count: 65_536 }],
      namespaces: new Map([['net', 4_026_531_840]]),
      devices: [{ path: '/dev/a b', opened: 13 }],
      probes: new Map<string, unknown>([
        ['kcore', 'absent'],
        ['core-pattern', 30],
      ]),
      writeBack: 1,
      userNamespace: 'killed',
      load: [0.1, 0.3],
      modulesDisabled: true,
      uptimeS: undefined,
      isCut: false,
    });
  });

  it('an answer that breaks off is none', () => {
    expect(() => parseIsolationProbe(['processes 8'])).toThrow(
      expect.objectContaining({ code: 'agent-empty-answer' }),
    );
  });

  it('more writable files than any kernel has are refused', () => {
    const lines = [...Array.from({ length: 100_001 }, (_, index) => `writable /sys/${index}`), 'end'];
    expect(() => parseIsolationProbe(lines)).toThrow(
      expect.objectContaining({ code: 'agent-answer-too-long' }),
    );
  });
});
