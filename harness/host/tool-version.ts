import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../core/error.ts';
import { packageRoot, packageVersion } from '../../core/package-root.ts';
import { jsonAs } from '../../core/parse-json.ts';
import { readIfThere } from '../../core/read-if-there.ts';
import { plainLine } from '../../core/text.ts';
import { recordSchema, type RunRecord } from '../../results/record.ts';
import type { ProcessRunner } from '../process/runner.ts';

type Commit = Pick<RunRecord['tool'], 'commit' | 'isChanged' | 'whyNoCommit'>;

/** Written by the build (`write-commit.ts`): what was built need not be what is checked out now. */
export const COMMIT_FILE = 'dist/commit.json';

/** Which twinboot this is: its version, and the commit of the sources that run. Never throws. */
export async function describeTool(runner: ProcessRunner): Promise<RunRecord['tool']> {
  const commit = runsFromBuild()
    ? commitOfBuild(packageRoot())
    : await commitOfCheckout(packageRoot(), runner);
  return { name: 'twinboot', version: packageVersion(), ...commit };
}

function runsFromBuild(): boolean {
  return import.meta.dirname.startsWith(join(packageRoot(), 'dist'));
}

/** What `write-commit.ts` writes. */
const writtenSchema = recordSchema.shape.tool.pick({ commit: true, isChanged: true, whyNoCommit: true });

function commitOfBuild(root: string): Commit {
  const text = readIfThere(join(root, COMMIT_FILE));
  return jsonAs(writtenSchema, text) ?? { whyNoCommit: 'the build did not write it down' };
}

/**
 * The commit of a folder that is the root of a git checkout itself: a package within somebody else's checkout has none.
 * Never throws.
 */
export async function commitOfCheckout(root: string, runner: ProcessRunner): Promise<Commit> {
  if (!existsSync(join(root, '.git'))) return { whyNoCommit: 'these sources are no git checkout' };
  // A checkout's own settings may name programs.
  const git = (...words: string[]): Promise<{ stdout: string }> =>
    runner.run('git', ['--no-optional-locks', '-c', 'core.fsmonitor=false', '-C', root, ...words]);
  try {
    const commit = (await git('rev-parse', 'HEAD')).stdout.trim();
    const changes = (await git('status', '--porcelain', '--untracked-files=no')).stdout.trim();
    return { commit, isChanged: changes !== '' };
  } catch (error) {
    return { whyNoCommit: plainLine(messageOf(error)) };
  }
}
