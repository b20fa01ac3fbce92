import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packageRoot } from '../../core/package-root.ts';

/** A program of `in-guest/` that is sent with the question that asks it. */
export type Probe = 'isolation-probe.pl' | 'calls-probe.pl' | 'detection-probe.sh' | 'cleanliness-probe.sh';

/**
 * The argument of `exec` that runs a probe inside. It is sent compressed, so that it fits into a question, and is no part
 * of the image: an image that was built before there was the probe can be asked. gzip, coreutils and perl-base are
 * essential to every Debian.
 */
export function probeCommand(probe: Probe, args: readonly string[] = []): string {
  const packed = gzipSync(withoutComments(readProbe(probe)), { level: 9 }).toString('base64');
  const interpreter = probe.endsWith('.pl') ? 'perl -' : 'sh -s';
  return [`echo ${packed} | base64 -d | gzip -d | ${interpreter}`, ...args].join(' ');
}

function readProbe(probe: Probe): string {
  return readFileSync(join(packageRoot(), 'harness/guest/in-guest', probe), 'utf8');
}

function withoutComments(program: string): string {
  return program
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .map((line) => line.replace(/^\t+/, ''))
    .join('\n');
}
