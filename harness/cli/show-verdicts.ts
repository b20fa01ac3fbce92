import { Option } from '@commander-js/extra-typings';
import { exitCodes } from '../../core/error.ts';
import type { VerdictDocument } from '../../results/verdicts/document.ts';
import { verdictForms } from '../../results/verdicts/forms/registry.ts';
import type { Io } from './io.ts';

const formats = verdictForms.map(({ id }) => id);
export type Format = (typeof verdictForms)[number]['id'];

/** `--format` of every command that judges. */
export function formatOption() {
  return new Option('--format <form>', 'how it is printed').choices(formats).default('table' as const);
}

/**
 * Prints what a command has to say, and sets the exit code: `gate` where it fails. A form for other programs is alone
 * on standard output; the notes and the sentence go beside it.
 */
export function showVerdicts(io: Io, document: VerdictDocument, format: Format): void {
  const { render } = verdictForms.find(({ id }) => id === format) ?? verdictForms[0];
  io.out(render(document, { colour: takesColour(io) }));
  if (format !== 'table') {
    for (const note of document.notes) io.note(`! ${note}`);
    io.note(document.sentence);
  }
  io.exitCode = document.passed ? exitCodes.ok : exitCodes.gate;
}

/** `isTerminal` speaks of notes; the table goes where results go. */
function takesColour(io: Io): boolean {
  return io.isTerminal && process.stdout.isTTY && (io.env.NO_COLOR ?? '') === '';
}
