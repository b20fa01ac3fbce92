import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../core/package-root.ts';
import { endsWithTerminal } from '../../../harness/cli/surroundings.ts';

const MODULE = join(packageRoot(), 'harness/cli/surroundings.ts');

/** What a process prints that has set its surroundings, called by a shell with others. */
function printed(shell: string, program: string): string {
  const script = `const s = await import(${JSON.stringify(MODULE)}); s.setSurroundings(); ${program}`;
  const node = `${process.execPath} --import tsx --input-type=module -e "$PROGRAM"`;
  return execFileSync('sh', ['-c', `${shell} ${node}`], {
    cwd: packageRoot(),
    env: { ...process.env, PROGRAM: script },
    encoding: 'utf8',
  }).trim();
}

describe('whoever calls', () => {
  it('files are made with the same mode', () => {
    expect(printed('umask 077;', 'console.log(process.umask().toString(8))')).toBe('22');
  });

  it('tools speak one language and load nothing of the caller’s', () => {
    const program =
      "console.log(['LANGUAGE', 'LC_ALL', 'GREP_OPTIONS', 'PERL5OPT'].map((name) => process.env[name]).join())";
    expect(printed('LANGUAGE=de LC_ALL=de_DE.UTF-8 GREP_OPTIONS=-v', program)).toBe(',C.UTF-8,,');
  });

  it('folders that the caller chooses stay', () => {
    expect(
      printed('HOME=/h XDG_CACHE_HOME=/c', 'console.log(process.env.HOME, process.env.XDG_CACHE_HOME)'),
    ).toBe('/h /c');
  });
});

describe('a folder that is gone', () => {
  it('ends the command with what to do', () => {
    const program =
      "const { mkdtempSync, rmdirSync } = await import('node:fs'); const folder = mkdtempSync('/tmp/twinboot-gone-'); " +
      'process.chdir(folder); rmdirSync(folder); try { s.requireWorkingFolder() } catch (e) { console.log(e.code, e.hint) }';
    expect(printed('', program)).toBe('no-working-folder cd to one that exists');
  });
});

describe('a hang-up', () => {
  it('ends what has a terminal for one of its streams', () => {
    expect(endsWithTerminal((descriptor) => descriptor === 2)).toBe(true);
    expect(endsWithTerminal(() => false)).toBe(false);
  });

  it('does not end what was started with nohup, which takes the terminal away', () => {
    const program = `const s = await import(${JSON.stringify(MODULE)}); console.log(s.endsWithTerminal())`;
    const words = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', program];
    const told = spawnSync('nohup', words, {
      cwd: packageRoot(),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(told.stdout.trim()).toBe('false');
  });
});
