import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { packageRoot } from '../../core/package-root.ts';
import type { LabTask } from './options.ts';
import type { LabHost } from './recipe.ts';

/** Where vitest's counts lie in the lab; their name on the host is the caller's to choose. */
export const REPORT = '/root/lab-report.json';

/** `TWINBOOT_LAB_REPORT`: whoever wants the counts of --smoke names a folder, and finds lab-report.json in it. */
export function reportFile(): { folder: string } | undefined {
  const folder = process.env.TWINBOOT_LAB_REPORT;
  return folder === undefined ? undefined : { folder };
}

const FOLDER = 'test/lab';
const SMOKE = 'smoke';
const XEN = 'xen';
/** What takes longest begins first, so that no lab is left to run alone at the end. */
const LONGEST_FIRST = ['fleets-and-verdicts', XEN, 'machines', SMOKE, 'containers'];

/**
 * The parts of the tests, a file each: every one gets a lab of its own, so that a lab which its emulator ends takes no
 * more along than that.
 */
export function partsOf({ smoke }: Pick<Extract<LabTask, { kind: 'tests' }>, 'smoke'>): string[] {
  if (smoke) return [SMOKE];
  return readdirSync(join(packageRoot(), FOLDER))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => basename(name, '.test.ts'))
    .sort((a, b) => placeOf(a) - placeOf(b));
}

/** The host that a part is for. */
export function hostOf(part: string): LabHost {
  return part === XEN ? 'xen' : 'kvm';
}

function placeOf(part: string): number {
  const place = LONGEST_FIRST.indexOf(part);
  return place === -1 ? LONGEST_FIRST.length : place;
}

/**
 * The shell command that runs a part inside. It is of the project `lab` of vitest.config.ts, which exists there alone.
 */
export function testsCommand(part: string, filter: string): string {
  const only = filter === '' ? '' : ` --testNamePattern ${shellWord(filter)} --passWithNoTests`;
  return `TWINBOOT_IN_LAB=1 TWINBOOT_TEST_REPORT=${REPORT} node node_modules/vitest/vitest.mjs run --project lab ${FOLDER}/${part}.test.ts${only}`;
}

function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
