import { expect, it } from 'vitest';
import { launch } from '../../../harness/process/launch.ts';

/** What a shell prints that was started as a runtime's process, in no control group. */
async function printed(script: string): Promise<string[]> {
  const output: Buffer[] = [];
  const { exited } = await launch({
    command: 'sh',
    args: ['-c', script],
    env: { TERM: 'vt220' },
    cgroup: { layout: { mode: 'v2', v1: {}, v2Controllers: [] }, name: 'none', folders: [] },
    onOutput: (chunk) => output.push(chunk),
    onStart: () => undefined,
  });
  expect(await exited).toMatchObject({ exitCode: 0 });
  return Buffer.concat(output).toString().trim().split('\n');
}

// Node raises its own limit of open files to the most it may have, which whatever it starts would inherit.
it('starts with the limits and the folder of a process that nobody has given others', async () => {
  const limits = 'ulimit -Sn; ulimit -Ss; ulimit -f; ulimit -v; ulimit -t; ulimit -Sc; pwd';
  expect(await printed(limits)).toEqual(['1024', '8192', 'unlimited', 'unlimited', 'unlimited', '0', '/']);
});

it('starts with nothing of the caller’s environment but the way to its commands', async () => {
  const names = (await printed('env')).map((line) => line.slice(0, line.indexOf('=')));
  expect(names.filter((name) => !['_', 'PWD', 'OLDPWD', 'SHLVL'].includes(name)).sort()).toEqual([
    'PATH',
    'TERM',
  ]);
});
