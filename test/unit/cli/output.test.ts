import { PassThrough, Writable } from 'node:stream';
import { expect, it, vi } from 'vitest';
import { watchOutput, whenReaderLeaves } from '../../../harness/cli/output.ts';

type Stream = NonNullable<Parameters<typeof watchOutput>[0]>;

/** A stream whose writes fail as a device's would. */
function failing(code: string): Stream {
  const stream = new Writable({
    autoDestroy: false,
    write: (_, __, done) => done(Object.assign(new Error(`${code}: write`), { code })),
  });
  return stream as unknown as Stream;
}

async function endWith(output: Stream, intended: number): Promise<{ exitCode: number; said: string }> {
  const errors = new PassThrough();
  const watch = watchOutput(output, errors as unknown as Stream);
  output.write('a result\n');
  const exitCode = await watch.exitCode(intended);
  return { exitCode, said: String(errors.read() ?? '') };
}

it('a full device is a fault of the host, and said', async () => {
  expect(await endWith(failing('ENOSPC'), 0)).toEqual({
    exitCode: 3,
    said: 'error: the result could not be written to standard output: ENOSPC: write\n',
  });
});

it('a full device that nothing was written to is none', async () => {
  const errors = new PassThrough();
  const watch = watchOutput(failing('ENOSPC'), errors as unknown as Stream);
  expect(await watch.exitCode(2)).toBe(2);
  expect(errors.read()).toBeNull();
});

it('does not hide what went wrong before', async () => {
  expect((await endWith(failing('ENOSPC'), 1)).exitCode).toBe(1);
});

it('a reader that has seen enough is no error, and none is no error', async () => {
  expect(await endWith(failing('EPIPE'), 0)).toEqual({ exitCode: 0, said: '' });
  expect(await endWith(new PassThrough().resume() as unknown as Stream, 0)).toEqual({
    exitCode: 0,
    said: '',
  });
});

it('ends when a reader leaves, and not for progress that a full device does not take', async () => {
  const end = vi.fn();
  const [pipe, device] = [failing('EPIPE'), failing('ENOSPC')];
  whenReaderLeaves([pipe, device], end);
  await new Promise((resolve) => device.write('progress', resolve));
  expect(end).not.toHaveBeenCalled();
  await new Promise((resolve) => pipe.write('progress', resolve));
  await vi.waitFor(() => expect(end).toHaveBeenCalled());
});
