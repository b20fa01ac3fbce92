import { mkdirSync } from 'node:fs';
import { TwinbootError } from '../../core/error.ts';
import type { Io } from '../../harness/cli/io.ts';
import { LAB_ENDED, type Lab } from './machine.ts';
import type { LabTask } from './options.ts';
import type { LabHost } from './recipe.ts';
import { hostOf, partsOf, REPORT, reportFile, testsCommand } from './tests.ts';

/** How often a part is begun: the lab may end by itself, or hang (docs/kvm.md). */
const MOST_LABS = 3;

type TestsTask = Extract<LabTask, { kind: 'tests' }>;

export interface PartsRequest {
  /** `name`: what notes and the console's file call it. */
  boot: (name: string, host: LabHost) => Promise<Lab>;
  /** What is done in the lab of a part when its tests have run. */
  afterwards: (lab: Lab) => Promise<void>;
  /** How many labs may be up at once. */
  most: number;
  io: Pick<Io, 'out' | 'note'>;
}

/**
 * Runs each part of the tests in a lab of its own, some at once. Gives the worst exit status. An error of one part,
 * that its lab does not come up or ends thrice, is thrown when the others have ended.
 */
export async function testInParts(task: TestsTask, request: PartsRequest): Promise<number> {
  const parts = partsOf(task);
  const atOnce = Math.min(parts.length, request.most);
  if (atOnce > 1) request.io.note(`lab: ${parts.length} parts, ${atOnce} at once, a lab for each`);
  const results: PromiseSettledResult<number>[] = [];
  const work = async (): Promise<void> => {
    for (let part = parts.shift(); part !== undefined; part = parts.shift())
      results.push(...(await Promise.allSettled([testPart(part, task, atOnce > 1, request)])));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return Math.max(0, ...results.map((result) => (result.status === 'fulfilled' ? result.value : 0)));
}

/**
 * A test that fails has failed. A lab that ended by itself says nothing of its tests: they are begun anew in another.
 */
async function testPart(
  part: string,
  { filter }: TestsTask,
  isBesideOthers: boolean,
  { boot, afterwards, io }: PartsRequest,
): Promise<number> {
  const onLine = isBesideOthers ? (line: string): void => io.out(`${part} | ${line}`) : undefined;
  for (let labs = 1; ; labs += 1) {
    const lab = await boot(`lab ${part}`, hostOf(part));
    try {
      if (!isBesideOthers) io.note(`lab: ${part}`);
      const status = await lab.run(testsCommand(part, filter), { onLine });
      await fetchReport(lab);
      await afterwards(lab);
      return status;
    } catch (error) {
      if (!(error instanceof TwinbootError) || error.code !== LAB_ENDED || labs === MOST_LABS) throw error;
      io.note(`${part}: ${error.message}; its last words: ${error.consoleTail.at(-1) ?? '–'}`);
      io.note(`lab: ${part} begins anew in another lab, ${labs + 1} of at most ${MOST_LABS}`);
    } finally {
      await lab.end();
    }
  }
}

async function fetchReport(lab: Lab): Promise<void> {
  const report = reportFile();
  if (report === undefined) return;
  mkdirSync(report.folder, { recursive: true });
  await lab.fetch(REPORT, report.folder);
}
