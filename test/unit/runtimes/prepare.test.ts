import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { prepareRuntime } from '../../../harness/runtimes/prepare.ts';
import type { Availability, PrepareContext, Runtime } from '../../../harness/runtimes/runtime.ts';

describe('a runtime that is prepared', () => {
  const contexts: PrepareContext[] = [];
  const spec = (availability: Availability) => ({
    id: 'lxc:sys=rw',
    options: {},
    runtime: {
      options: z.object({}),
      availability: () => Promise.resolve(availability),
      prepare: (context: PrepareContext) => Promise.resolve(contexts.push(context)),
    } as unknown as Runtime,
  });
  const context = {} as PrepareContext;

  it('is told the version that its availability found, so that nothing is asked twice', async () => {
    await prepareRuntime(spec({ ok: true, version: '5.0.2' }), context);
    expect(contexts.pop()).toMatchObject({ specId: 'lxc:sys=rw', version: '5.0.2' });
  });

  it('is refused with its reason and fix where this host cannot run it', async () => {
    const unavailable = {
      ok: false,
      reason: 'lxc-start is not installed',
      fix: 'apt-get install lxc',
    } as const;
    await expect(prepareRuntime(spec(unavailable), context)).rejects.toMatchObject({
      code: 'runtime-unavailable',
      message: 'lxc:sys=rw: lxc-start is not installed',
      hint: 'apt-get install lxc',
    });
    expect(contexts).toEqual([]);
  });
});
