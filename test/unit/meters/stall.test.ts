import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { watchStalls } from '../../../harness/meters/stall.ts';

it('tells how long the process did not run: while it was busy', () => {
  const watch = watchStalls();
  const untilMs = performance.now() + 400;
  while (performance.now() < untilMs);
  expect(watch.longestMs()).toBeGreaterThan(250);
  watch.end();
});

it('tells how long it was stopped from outside', async () => {
  const module = new URL('../../../harness/meters/stall.ts', import.meta.url).href;
  const program = `
    const { watchStalls } = await import(${JSON.stringify(module)});
    const watch = watchStalls();
    console.log('watching');
    process.stdin.once('data', () => { console.log(watch.longestMs()); process.exit(0); });`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGSTOP');
  await sleep(1500);
  child.kill('SIGCONT');
  child.stdin.write('now\n');
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  expect(Number(said.toString())).toBeGreaterThan(1300);
});

it('holds nothing up when it has ended, or when it is forgotten', () => {
  const module = new URL('../../../harness/meters/stall.ts', import.meta.url).href;
  const program = `const { watchStalls } = await import(${JSON.stringify(module)}); watchStalls();`;
  execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    timeout: 20_000,
  });
});
