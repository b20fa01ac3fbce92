import type { Printed } from '../../../core/printed.ts';
import type { VerdictDocument } from '../document.ts';
import { renderGithub } from './github.ts';
import { renderJson } from './json.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { renderTerminal, type TerminalOptions } from './terminal.ts';

/** A form of what a command that judges has to say. */
export interface VerdictForm {
  /** As `--format` takes it. */
  id: string;
  /** The whole document, without a trailing newline; pure. */
  render: (document: VerdictDocument, options?: TerminalOptions) => string | Printed;
}

/** A form for other programs. */
export interface CiForm extends VerdictForm {
  /** Its name in the folder of an A/B run, as `action.yml` reads it. */
  file: string;
}

/** Adding a form is one file in this folder and one line here. */
export const ciForms = [
  { id: 'json', file: 'comparison.json', render: renderJson },
  { id: 'markdown', file: 'comparison.md', render: renderMarkdown },
  { id: 'junit', file: 'junit.xml', render: renderJunit },
  { id: 'github', file: 'annotations.txt', render: renderGithub },
] as const satisfies readonly CiForm[];

/** What `--format` takes; the table is for people. */
export const verdictForms = [
  { id: 'table', render: renderTerminal },
  ...ciForms,
] as const satisfies readonly VerdictForm[];
