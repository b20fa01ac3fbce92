import { expect, it } from 'vitest';
import { codeBlock, gfm, gfmTable, xml } from '../../../core/markup.ts';

const evil = '<b onclick="x">| `c`\u001b[2J\u202e\n# d';

it('Markdown has the markup of its template, and shows all else as text', () => {
  expect(String(gfm`**${evil}** ${1}`)).toBe('**&lt;b onclick="x"&gt;\\| \\`c\\` \\# d** 1');
});

it('XML has the elements of its template, and shows all else as text', () => {
  expect(String(xml`<a b="${evil}">${2}</a>`)).toBe('<a b="&lt;b onclick=&quot;x&quot;&gt;| `c` # d">2</a>');
});

it('pieces are put into others as they are, one by one or joined', () => {
  const cells = gfm.join([gfm`**a**`, 'b|c'], ' | ');
  expect(String(gfm`| ${cells} |`)).toBe('| **a** | b\\|c |');
});

it('a table has a line for each row, and no text of it makes another cell', () => {
  const table = gfmTable(['a', 'b|c'], [[gfm`**1**`, '2\n|']], ['left', 'right']);
  expect(String(table)).toBe('| a | b\\|c |\n| --- | ---: |\n| **1** | 2 \\| |');
});

it('a block of code is not ended by what it holds', () => {
  expect(String(codeBlock('```\n# no heading\u009b2J'))).toBe('````text\n```\n# no heading\n````');
});
