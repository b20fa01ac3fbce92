import type { ProcessRunner } from './runner.ts';

/**
 * The files that a program of the host's needs beside itself: its libraries and their loader (ldd(1)); none if static.
 */
export async function sharedLibraries(runner: ProcessRunner, program: string): Promise<string[]> {
  const { stdout } = await runner.run('ldd', [program], { allowFailure: true });
  return parseSharedLibraries(stdout);
}

/** Lines of `name => /path (address)`, and of `/path (address)` for the loader; without a path for the vDSO. */
export function parseSharedLibraries(ldd: string): string[] {
  return ldd.split('\n').flatMap((line) => /(\/\S+) \(0x[0-9a-f]+\)$/.exec(line)?.[1] ?? []);
}
