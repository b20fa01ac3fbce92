import { existsSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recipeFor } from '../../../harness/image/recipe.ts';
import { adaptTree } from '../../../harness/image/tree.ts';
import { layDebianTree } from '../../fixtures/image/fake-tools.ts';
import { sandbox } from '../../fixtures/image/sandbox.ts';

function debianTree(): string {
  const tree = join(sandbox().folder, 'tree');
  layDebianTree(tree);
  return tree;
}

describe("a tree made twinboot's", () => {
  it("has the agent and nothing of the build host's", () => {
    const tree = debianTree();
    const added = adaptTree(tree, recipeFor({}, 'x64'));
    expect(readFileSync(join(tree, 'etc/hostname'), 'utf8')).toBe('twinboot\n');
    expect(existsSync(join(tree, 'etc/resolv.conf'))).toBe(false);
    expect(statSync(join(tree, 'usr/lib/twinboot/agent')).mode & 0o777).toBe(0o755);
    const wanted = join(tree, 'etc/systemd/system/multi-user.target.wants/twinboot-agent.service');
    expect(existsSync(join(tree, readlinkSync(wanted)))).toBe(true);
    expect(readFileSync(join(tree, 'etc/apt/sources.list'), 'utf8')).toBe(
      'deb http://deb.debian.org/debian trixie main\n',
    );
    expect(added).toHaveLength(5);
  });

  it('can do without the agent', () => {
    const tree = debianTree();
    const added = adaptTree(tree, recipeFor({ agent: false }, 'x64'));
    expect(existsSync(join(tree, 'usr/lib/twinboot'))).toBe(false);
    expect(added.join(' ')).not.toMatch(/agent/i);
  });
});
