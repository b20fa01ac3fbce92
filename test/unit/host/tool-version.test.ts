import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commitOfCheckout } from '../../../harness/host/tool-version.ts';
import { processRunner } from '../../../harness/process/runner.ts';
import { fakeRunner } from '../../fixtures/image/fake-tools.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

it('is the commit of a checkout, and whether its sources were changed', async () => {
  const root = temporaryFolder();
  const git = (...words: string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {
      cwd: root,
      encoding: 'utf8',
    });
  git('init', '-q');
  writeFileSync(join(root, 'file'), 'one');
  git('add', 'file');
  git('commit', '-qm', 'one');
  const commit = git('rev-parse', 'HEAD').trim();
  expect(await commitOfCheckout(root, processRunner)).toEqual({ commit, isChanged: false });
  writeFileSync(join(root, 'file'), 'two');
  expect(await commitOfCheckout(root, processRunner)).toEqual({ commit, isChanged: true });
  // A package in somebody's checkout is not of that commit.
  mkdirSync(join(root, 'node_modules/twinboot'), { recursive: true });
  expect(await commitOfCheckout(join(root, 'node_modules/twinboot'), processRunner)).toEqual({
    whyNoCommit: 'these sources are no git checkout',
  });
});

it('is absent with the reason where git does not answer', async () => {
  const root = temporaryFolder();
  mkdirSync(join(root, '.git'));
  expect(await commitOfCheckout(root, fakeRunner({}))).toEqual({ whyNoCommit: 'git is not installed' });
});
