import { expect, it } from 'vitest';
import { colouredLine, workflowCommand } from '../../../core/printed.ts';
import { cleaned, type Io } from '../../../harness/cli/io.ts';

function recorded(): { io: Io; shown: string[] } {
  const shown: string[] = [];
  const show = (text: { toString(): string }): void => void shown.push(text.toString());
  const rest = { isTerminal: true, env: {}, signal: new AbortController().signal };
  return { io: cleaned({ out: show, note: show, status: show }, rest), shown };
}

const evil = '\u001b]52;c;eA==\u0007\u009b2J\u202e::error::no\nnext';

it('results and notes reach the terminal without what could act on it, whoever prints them', () => {
  const { io, shown } = recorded();
  io.out(evil);
  io.note(evil);
  expect(shown).toEqual([': :error::no\nnext', ': :error::no\nnext']);
});

it('the line of the moment is one line', () => {
  const { io, shown } = recorded();
  io.status(evil);
  expect(shown).toEqual([': :error::no next']);
});

it('colours and workflow commands of our own stay', () => {
  const { io, shown } = recorded();
  io.out(colouredLine([{ text: 'fail', colour: 'red' }]));
  io.out(workflowCommand('error', { title: 'twinboot gate' }, 'Fails'));
  expect(shown).toEqual(['\u001b[31mfail\u001b[39m', '::error title=twinboot gate::Fails']);
});
