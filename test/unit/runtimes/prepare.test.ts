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
  const context = { image: { description: {} } } as PrepareContext;

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

  it('is refused for an image of another architecture, where it is a VM that cannot emulate one', async () => {
    const other = process.arch === 'arm64' ? 'amd64' : 'arm64';
    const image = { description: { architecture: other } } as PrepareContext['image'];
    const vm = spec({ ok: true });
    Object.assign(vm.runtime, { kind: 'vm' });
    await expect(prepareRuntime(vm, { ...context, image })).rejects.toMatchObject({
      code: 'runtime-unavailable',
      message: `lxc:sys=rw: it runs this host's architecture, and the image is ${other}`,
    });
    expect(contexts).toEqual([]);
  });
});
