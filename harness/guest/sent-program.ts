import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packageRoot } from '../../core/package-root.ts';
import { MIB } from '../../core/units.ts';
import type { Stressor } from '../parse/stress.ts';

/** A program of `in-guest/` that asks something of an instance. */
export type Probe = 'isolation-probe.pl' | 'calls-probe.pl' | 'detection-probe.sh' | 'cleanliness-probe.sh';

/** A program of `in-guest/` that is sent with the question that runs it. */
export type SentProgram = Probe | 'work.pl' | 'stress.pl' | 'units.pl';

/**
 * The argument of `exec` that runs a program inside. It is sent compressed, so that it fits into one question
 * (`protocol.ts`), and is no part of the image: an image that was built before there was the program can be asked.
 * gzip, coreutils and perl-base are essential to every Debian.
 */
export function sentCommand(program: SentProgram, args: readonly string[] = []): string {
  const interpreter = program.endsWith('.pl') ? 'perl -' : 'sh -s';
  return [`echo ${packed(program)} | base64 -d | gzip -d | ${interpreter}`, ...args].join(' ');
}

/** Packed once: the same program is sent to every boot, and while the instance is measured. */
function packed(program: SentProgram): string {
  const known = packedPrograms.get(program);
  if (known !== undefined) return known;
  const made = gzipSync(programText(program), { level: 9 }).toString('base64');
  packedPrograms.set(program, made);
  return made;
}

const packedPrograms = new Map<SentProgram, string>();

/** The program without its comments and indentation. */
export function programText(program: SentProgram): string {
  return readFileSync(join(packageRoot(), 'harness/guest/in-guest', program), 'utf8')
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .map((line) => line.replace(/^\t+/, ''))
    .join('\n');
}

/** Times work inside. Its files lie in /var/tmp, which is on the disk of every Debian. */
export function workCommand(): string {
  return sentCommand('work.pl', ['/var/tmp']);
}

/** Begins to stress the instance, which has so much memory: it goes on until `stopStressCommand`. */
export function stressCommand(stressor: Stressor, memoryBytes: number): string {
  return sentCommand('stress.pl', ['start', stressor, String(Math.floor(memoryBytes / MIB))]);
}

export function stopStressCommand(): string {
  return sentCommand('stress.pl', ['stop']);
}

/** Stands between the two parts of the answer to `unitsCommand`. */
export const UNIT_FILES = 'unit files:';

/**
 * Everything of the agent's `units`, `unit-files` and `conditions` in one question, by one connection to the manager.
 * The files are read beside it, on another CPU where the guest has one. Fails where any part does.
 */
export function unitsCommand(): string {
  const list = "systemctl --root=/ list-unit-files --no-legend --no-pager '*[!@].service'";
  const file = '/run/twinboot-unit-files';
  return `${list} >${file} 2>/dev/null & ${sentCommand('units.pl')} && echo '${UNIT_FILES}' && wait $! && cat ${file}`;
}
