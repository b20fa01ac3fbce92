import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { recordedCommandLine, withoutCredentials } from '../../../core/recorded-words.ts';

describe('a recorded command line', () => {
  it('can be pasted: a shell reads the words that were typed', () => {
    const words = [
      'run',
      '--runtime',
      'qemu:append=a  b',
      "it's",
      '',
      '--out=/home/ada/my runs',
      '$(id)',
      'a*',
    ];
    const line = recordedCommandLine(words, '/home/ada');
    const read = execFileSync('sh', ['-c', `printf '%s\\n' ${line.slice('twinboot '.length)}`], {
      encoding: 'utf8',
      env: { HOME: '/home/ada' },
    });
    expect(read.split('\n').slice(0, -1)).toEqual(words);
    expect(line).not.toContain('ada');
  });

  it('names neither a password nor a user', () => {
    expect(recordedCommandLine(['--mirror', 'https://ada:pass@deb.example/debian'], '/root')).toBe(
      'twinboot --mirror https://deb.example/debian',
    );
    expect(withoutCredentials('http://token@host/ and http://host/a@b')).toBe(
      'http://host/ and http://host/a@b',
    );
  });
});
