import { describe, expect, it } from 'vitest';
import { colouredLine, printed, printedLines, workflowCommand } from '../../../core/printed.ts';

const ESC = '\u001b';

describe('printed', () => {
  it.each([
    [
      'ordinary text of every script',
      'größer ≥ 5 %, 🐧👨‍👩‍👧, עברית, می‌خواهم',
      'größer ≥ 5 %, 🐧👨‍👩‍👧, עברית, می‌خواهم',
    ],
    ['line feeds, tabs and blank lines', 'a\n\n\tb\n', 'a\n\n\tb\n'],
    ['line ends of other systems', 'a\r\nb', 'a\nb'],
    ['a double colon within a line', 'std::string ::1', 'std::string ::1'],
    ['headings', '## [1]', '## [1]'],
  ])('keeps %s', (_, text, expected) => expect(String(printed(text))).toBe(expected));

  it.each([
    ['colours', `${ESC}[1;31mred${ESC}[0m`, 'red'],
    ['what clears the screen', `a${ESC}[2J${ESC}[Hb`, 'ab'],
    ['a link', `${ESC}]8;;http://evil.example${ESC}\\here${ESC}]8;;${ESC}\\`, 'here'],
    ['the clipboard', `${ESC}]52;c;cm0gLXJm\u0007x`, 'x'],
    ['a device control string', `${ESC}P$q"p${ESC}\\x`, 'x'],
    ['8-bit controls', 'a\u009b31mb\u009d0;title\u009cc', 'abc'],
    ['a sequence that does not end', `a${ESC}]0;b`, 'a0;b'],
    ['sequences that hide one', `${ESC}${ESC}[m[31mred`, '[31mred'],
    ['a carriage return that overwrites', 'fail\rpass', 'fail pass'],
    ['turned reading directions', 'safe\u202eexe.txt\u2066', 'safeexe.txt'],
    ['what shows nothing', 'a\u200bb\u00adc\u{e0041}d\u2060', 'abcd'],
  ])('takes out %s', (_, text, expected) => expect(String(printed(text))).toBe(expected));

  it.each([
    ['::error::no', ': :error::no'],
    ['a\n  ::set-output name=a::b', 'a\n  : :set-output name=a::b'],
    ['\u00a0\u2003::error::no', '\u00a0\u2003: :error::no'],
    [`${ESC}[m::error::no`, ': :error::no'],
    ['a\r::error::no\r\n::error::no', 'a ::error::no\n: :error::no'],
    ['a ##[error]no', 'a # #[error]no'],
    ['##vso[task.setvariable]no', '# #vso[task.setvariable]no'],
    ["##teamcity[buildStatus status='SUCCESS']", "# #teamcity[buildStatus status='SUCCESS']"],
    ['#\u200b#[error]no', '# #[error]no'],
  ])('breaks up the command in %j', (text, expected) => expect(String(printed(text))).toBe(expected));

  it.each([
    ['openings of strings', `${ESC}]`],
    ['8-bit openings of strings', '\u009d'],
    ['openings of sequences', `${ESC}[0`],
    ['blanks', ' '],
    ['empty lines', '\n'],
    ['hashes', '#'],
    ['colons', ':'],
  ])('does not take long for a megabyte of %s', (_, text) => {
    const startedMs = performance.now();
    printed(text.repeat(1_000_000 / text.length));
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });
});

describe('lines with colours', () => {
  it('have these, and none of the text', () => {
    const line = colouredLine([{ text: `a${ESC}[32mb ` }, { text: `fail${ESC}[0m`, colour: 'red' }]);
    expect(String(line)).toBe(`ab ${ESC}[31mfail${ESC}[39m`);
  });

  it('stay one line, and make no command together', () => {
    expect(String(colouredLine([{ text: ':\n' }, { text: '::' }]))).toBe(': ::');
    expect(String(colouredLine([{ text: ':' }, { text: ':error::no', colour: 'red' }]))).toBe(': :error::no');
  });

  it('stand among others, which are cleaned', () => {
    const lines = printedLines([colouredLine([{ text: 'a', colour: 'green' }]), '::error::b']);
    expect(String(printed(lines))).toBe(`${ESC}[32ma${ESC}[39m\n: :error::b`);
  });
});

describe('a workflow command', () => {
  it('holds text that is neither another command nor another property', () => {
    const evil = `x,file=/etc/passwd::y${ESC}[2J\r\n::error::z%0A`;
    expect(String(workflowCommand('notice', { file: 'a.yaml', title: evil }, evil))).toBe(
      '::notice file=a.yaml,title=x%2Cfile=/etc/passwd%3A%3Ay%0A%3A%3Aerror%3A%3Az%250A' +
        '::x,file=/etc/passwd::y%0A::error::z%250A',
    );
  });
});
