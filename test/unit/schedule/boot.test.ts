import { describe, expect, it } from 'vitest';
import { runError, TwinbootError } from '../../../core/error.ts';
import type { ArtifactName } from '../../../harness/contract/artifacts.ts';
import type { Instance, PreparedRuntime } from '../../../harness/runtimes/runtime.ts';
import { bootOnce, type BootResult } from '../../../harness/schedule/boot.ts';
import {
  capturedAnswer,
  manualInstance,
  type Answers,
  type ManualInstance,
} from '../../fixtures/guest/instance.ts';
import { READY } from '../../fixtures/guest/wire.ts';

const ALL = new Set<ArtifactName>(['timing', 'memory', 'inside', 'units', 'shutdown']);

interface Boot {
  needs?: ReadonlySet<ArtifactName>;
  readyDeadlineMs?: number;
  signal?: AbortSignal;
}

/** Boots an instance once; `then` plays the guest after the runtime was started. */
function boot(
  instance: ManualInstance,
  then: (instance: ManualInstance) => void,
  { needs = ALL, readyDeadlineMs = 60_000, signal = new AbortController().signal }: Boot = {},
): Promise<BootResult> {
  return bootOnce(
    runtimeOf(() => {
      setImmediate(() => then(instance));
      return Promise.resolve(instance);
    }),
    { bootId: 'test-r1-1', consoleLog: '/dev/null' },
    needs,
    { readyMs: readyDeadlineMs, shutdownMs: 1000 },
    signal,
  );
}

function runtimeOf(start: () => Promise<Instance>): PreparedRuntime {
  return {
    memoryBytes: 0,
    description: {
      id: 'test',
      runtime: 'test',
      kind: 'container',
      title: 'test',
      options: {},
      emulated: false,
    },
    start,
    release: () => Promise.resolve(),
  };
}

function sayReady({ clock, wire }: ManualInstance): void {
  clock.advance(9000);
  wire.say(READY);
}

const codes = ({ failures }: BootResult): Record<string, string> =>
  Object.fromEntries([...failures].map(([name, { code }]) => [name, code]));

/** Answered as captured, but for one question. */
function except(wanted: string, said: ReturnType<Answers>): Answers {
  const usual = capturedAnswer('container');
  return (question) => (question === wanted ? said : usual(question));
}

describe('a boot that goes well', () => {
  it('gives every artifact, powers off, and takes the instance away', async () => {
    const instance = manualInstance();
    const { artifacts, failures, spans, gatherMs } = await boot(instance, sayReady);

    expect(failures.size).toBe(0);
    expect(Object.keys(artifacts)).toEqual(['timing', 'memory', 'inside', 'units', 'shutdown']);
    expect(artifacts.shutdown).toEqual({ shutdownMs: 180 });
    expect(instance.done.slice(-2)).toEqual(['stop', 'kill']);
    for (const span of Object.values(spans)) expect(span).toBeGreaterThan(0);
    expect(Object.keys(gatherMs)).toEqual(['timing', 'memory', 'inside', 'units']);
  });

  it('reads nothing where only its shutdown is timed, and its end surprises nobody', async () => {
    const instance = manualInstance();
    const { artifacts } = await boot(instance, sayReady, { needs: new Set(['shutdown']) });
    // An unhandled rejection fails the whole file.
    await new Promise((resolve) => setImmediate(resolve));
    expect(artifacts).toEqual({ shutdown: { shutdownMs: 180 } });
    expect(instance.done).toEqual(['stop', 'kill']);
  });

  it('reads what is needed and nothing else', async () => {
    const instance = manualInstance();
    const { artifacts } = await boot(instance, sayReady, { needs: new Set(['units']) });
    expect(Object.keys(artifacts)).toEqual(['units', 'shutdown']);
    // The one question for all of it, which this instance cannot answer, and what is asked in its place.
    expect(instance.done).toEqual(['exec', 'units', 'unit-files', 'status', 'conditions', 'stop', 'kill']);
  });
});

describe('a boot that does not get ready', () => {
  const ways: [string, (instance: ManualInstance) => void, Record<string, unknown>][] = [
    [
      'ends early',
      (instance) => {
        instance.clock.advance(1234.5);
        instance.end({ exitCode: 1 });
      },
      {
        code: 'guest-ended-early',
        message: 'the instance ended after 1235 ms, before it was ready (exit 1)',
        hint: 'its console says why',
      },
    ],
    [
      'is killed from outside',
      (instance) => instance.end({ signal: 'SIGKILL' }),
      { code: 'guest-ended-early', message: expect.stringContaining('(SIGKILL)') },
    ],
    [
      'panics',
      (instance) => instance.show('panic'),
      { code: 'kernel-panic', message: 'the guest’s kernel panicked before it was ready' },
    ],
    [
      'panics and is ended by that',
      (instance) => {
        instance.show('panic');
        instance.end({ exitCode: 0 });
      },
      { code: 'kernel-panic' },
    ],
    [
      'ends in emergency mode',
      (instance) => instance.show('emergency'),
      { code: 'emergency-mode', message: 'the boot ended in emergency or rescue mode' },
    ],
    [
      'speaks another protocol',
      ({ wire }) => wire.say('TWINBOOT 1 READY ns 1\n'),
      { code: 'agent-version', hint: 'build the image again: twinboot image build --rebuild' },
    ],
    [
      'hangs',
      () => undefined,
      {
        code: 'boot-timeout',
        message: 'the instance was not ready within 0.03 s',
        hint: 'a longer deadline: --timeout',
      },
    ],
  ];

  it.each(ways)('%s: every artifact fails with that, and it is killed', async (_, then, error) => {
    const instance = manualInstance({ kind: 'vm' });
    const result = await boot(instance, then, { readyDeadlineMs: 30 });

    expect([...result.failures.keys()]).toEqual([...ALL]);
    for (const failure of result.failures.values()) expect(failure).toMatchObject(error);
    expect(result.artifacts).toEqual({});
    expect(instance.done).toEqual(['kill']);
  });

  it('is no boot that writes of a panic in a container, which has no kernel that could', async () => {
    const instance = manualInstance();
    const { failures } = await boot(instance, (started) => {
      started.show('panic');
      sayReady(started);
    });
    expect(failures.size).toBe(0);
  });

  it('says what was last on the console', async () => {
    const { failures } = await boot(manualInstance(), (instance) => instance.end({ exitCode: 1 }));
    expect(failures.get('timing')?.consoleTail).toEqual(['the last line of the console']);
  });

  it('because its runtime did not start: there is nothing to kill', async () => {
    const start = (): Promise<Instance> => Promise.reject(runError('launch-failed', 'no such program'));
    const deadlines = { readyMs: 1000, shutdownMs: 1000 };
    const request = { bootId: 'x', consoleLog: '/dev/null' };
    const result = await bootOnce(runtimeOf(start), request, ALL, deadlines, new AbortController().signal);
    expect(new Set(Object.values(codes(result)))).toEqual(new Set(['launch-failed']));
  });

  it('because of something nobody foresaw: that is kept as the cause', async () => {
    const bug = new TypeError('x is not a function');
    const deadlines = { readyMs: 1000, shutdownMs: 1000 };
    const { failures } = await bootOnce(
      runtimeOf(() => Promise.reject(bug)),
      { bootId: 'x', consoleLog: '/dev/null' },
      new Set(['timing']),
      deadlines,
      new AbortController().signal,
    );
    expect(failures.get('timing')).toMatchObject({
      code: 'unexpected',
      message: 'x is not a function',
      cause: bug,
    });
  });
});

it('a boot that the kernel ended for want of memory says so', async () => {
  const instance = manualInstance({ meters: { oomKills: () => 2 } });
  const { failures } = await boot(instance, (one) => one.end({ signal: 'SIGKILL' }));
  expect(failures.get('timing')?.message).toMatch(
    /\(SIGKILL\); the kernel killed 2 processes at the memory limit$/,
  );
});

describe('an artifact that cannot be read', () => {
  it('fails alone; the rest is read and the instance powered off', async () => {
    const instance = manualInstance({ answer: except('meminfo', 1) });
    const result = await boot(instance, sayReady);
    expect(codes(result)).toEqual({ inside: 'agent-question-failed' });
    expect(Object.keys(result.artifacts)).toEqual(['timing', 'memory', 'units', 'shutdown']);
    expect(instance.done.slice(-2)).toEqual(['stop', 'kill']);
  });

  it('because the agent is started again and again: that costs it alone', async () => {
    const instance = manualInstance({
      answer: (question) => {
        if (question === 'meminfo') setImmediate(() => instance.wire.say(READY.repeat(2)));
        return question === 'meminfo' ? undefined : capturedAnswer('container')(question);
      },
    });
    const result = await boot(instance, sayReady);
    expect(codes(result)).toEqual({ inside: 'agent-restarted' });
    expect(instance.done.at(-1)).toBe('kill');
  });

  it('because the instance ended meanwhile: nothing more is asked, and no shutdown is timed', async () => {
    const instance = manualInstance({
      answer: (question) => {
        if (question === 'meminfo') instance.end({ exitCode: 0 });
        return question === 'meminfo' ? undefined : capturedAnswer('container')(question);
      },
    });
    const result = await boot(instance, sayReady);

    expect(Object.keys(result.artifacts)).toEqual(['timing', 'memory']);
    expect(codes(result)).toEqual({
      inside: 'guest-ended-early',
      units: 'guest-ended-early',
      shutdown: 'guest-ended-early',
    });
    expect(result.failures.get('inside')?.message).toContain('while it was being measured (exit 0)');
    expect(instance.done.slice(-2)).toEqual(['meminfo', 'kill']);
  });

  it('because it does not power off in time: what was read before stays', async () => {
    const instance = manualInstance({
      stop: () => Promise.reject(runError('shutdown-timeout', 'the instance did not power off within 1 s')),
    });
    const result = await boot(instance, sayReady);
    expect(codes(result)).toEqual({ shutdown: 'shutdown-timeout' });
    expect(Object.keys(result.artifacts)).toEqual(['timing', 'memory', 'inside', 'units']);
    expect(instance.done.at(-1)).toBe('kill');
  });

  it('and is not needed fails nobody', async () => {
    const stop = (): Promise<number> => Promise.reject(runError('shutdown-timeout', 'too late'));
    const result = await boot(manualInstance({ stop }), sayReady, { needs: new Set(['timing']) });
    expect(result.failures.size).toBe(0);
  });
});

describe('a run that is interrupted', () => {
  /** Aborts when `when` is called. */
  function interruption(): { signal: AbortSignal; abort: () => void } {
    const controller = new AbortController();
    return { signal: controller.signal, abort: () => controller.abort() };
  }
  const interrupted = { code: 'interrupted', message: 'the run was interrupted' };

  it('while the instance boots: throws, and the instance is gone by then', async () => {
    const { signal, abort } = interruption();
    const instance = manualInstance();
    await expect(boot(instance, abort, { signal })).rejects.toMatchObject(interrupted);
    expect(instance.done).toEqual(['kill']);
  });

  it('while the runtime starts: the instance that comes of it is killed', async () => {
    const { signal, abort } = interruption();
    const instance = manualInstance();
    const start = (): Promise<Instance> => {
      abort();
      return Promise.resolve(instance);
    };
    const request = { bootId: 'x', consoleLog: '/dev/null' };
    await expect(
      bootOnce(runtimeOf(start), request, ALL, { readyMs: 60_000, shutdownMs: 1000 }, signal),
    ).rejects.toBeInstanceOf(TwinbootError);
    expect(instance.done).toEqual(['kill']);
  });

  it('while a question is being answered: it is not waited for', async () => {
    const { signal, abort } = interruption();
    const instance = manualInstance({
      answer: (question) => {
        if (question === 'units') abort();
        return question === 'units' ? undefined : capturedAnswer('container')(question);
      },
    });
    await expect(boot(instance, sayReady, { signal })).rejects.toMatchObject(interrupted);
    expect(instance.done.slice(-2)).toEqual(['units', 'kill']);
  });

  it('between two artifacts: the next one is given up, and its rejection is no surprise', async () => {
    const { signal, abort } = interruption();
    const instance = manualInstance();
    class Interrupting extends Set<ArtifactName> {
      override has(name: ArtifactName): boolean {
        if (name === 'inside') abort();
        return super.has(name);
      }
    }
    const needs = new Interrupting(ALL);
    await expect(boot(instance, sayReady, { needs, signal })).rejects.toMatchObject(interrupted);
    // An unhandled rejection of what was given up fails the whole file.
    await new Promise((resolve) => setImmediate(resolve));
    expect(instance.done.at(-1)).toBe('kill');
  });

  it('leaves no listener at the signal, whatever came of the boot', async () => {
    const { signal } = interruption();
    let listeners = 0;
    const counting = new Proxy(signal, {
      get(target, key) {
        if (key === 'addEventListener') listeners += 1;
        if (key === 'removeEventListener') listeners -= 1;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    await boot(manualInstance(), sayReady, { signal: counting });
    await boot(manualInstance(), (instance) => instance.end({ exitCode: 1 }), { signal: counting });
    expect(listeners).toBe(0);
  });
});

describe('an instance that cannot be killed', () => {
  it('is an error of the run: the next boot would not be alone', async () => {
    const instance: ManualInstance = {
      ...manualInstance(),
      kill: () => Promise.reject(runError('cgroup-not-empty', 'processes 4, 5 outlive SIGKILL')),
    };
    await expect(boot(instance, sayReady)).rejects.toMatchObject({ code: 'cgroup-not-empty' });
  });
});
