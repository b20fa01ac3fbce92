import { describe, expect, it } from 'vitest';
import { parseLimit } from '../../../harness/parse/process-limits.ts';

describe('the limits of a process', () => {
  const limits = [
    'Limit                     Soft Limit           Hard Limit           Units     ',
    'Max processes             unlimited            unlimited            processes ',
    'Max open files            1024                 524288               files     ',
  ].join('\n');

  it('are a soft and a hard one', () => {
    expect(parseLimit(limits, 'Max open files')).toEqual({ soft: 1024, hard: 524288 });
  });

  it('are absent where nothing is limited', () => {
    expect(parseLimit(limits, 'Max processes')).toEqual({ soft: undefined, hard: undefined });
  });

  it('are absent where the kernel does not name them', () => {
    expect(parseLimit(limits, 'Max core file size')).toEqual({ soft: undefined, hard: undefined });
  });
});
