import { describe, expect, it } from 'vitest';
import { parseBinfmtEntry, takesProgram } from '../../../harness/parse/binfmt.ts';

const entry = (text: string) => {
  const parsed = parseBinfmtEntry(text);
  if (parsed === undefined) throw new Error('no entry');
  return parsed;
};

describe('an interpreter in binfmt_misc', () => {
  const shell = 'enabled\ninterpreter /bin/x\nflags: \noffset 2\nmagic 4142\n';

  it('takes what has its magic at its offset', () => {
    expect(takesProgram(entry(shell), Buffer.from('..AB..'))).toBe(true);
    expect(takesProgram(entry(shell), Buffer.from('AB....'))).toBe(false);
    expect(takesProgram(entry(shell), Buffer.from('..A'))).toBe(false);
  });

  it('compares the bits of its mask alone', () => {
    const masked = entry(`${shell}mask ff00\n`);
    expect(takesProgram(masked, Buffer.from('..Az'))).toBe(true);
    expect(takesProgram(masked, Buffer.from('..az'))).toBe(false);
  });

  it('takes nothing while it is disabled', () => {
    expect(takesProgram(entry(shell.replace('enabled', 'disabled')), Buffer.from('..AB'))).toBe(false);
  });

  it('is found inside every root where it was opened when it was registered', () => {
    expect(entry(shell).isFixed).toBe(false);
    expect(entry(shell.replace('flags: ', 'flags: POCF')).isFixed).toBe(true);
  });

  it.each(['', 'enabled\n', 'enabled\ninterpreter /bin/y\nflags: \nextension .jar\n'])(
    'is none by its magic: %j',
    (text) => {
      expect(parseBinfmtEntry(text)).toBeUndefined();
    },
  );
});
