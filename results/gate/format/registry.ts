import type { Printed } from '../../../core/printed.ts';
import type { GateResult } from '../verdict.ts';
import { renderGithub } from './github.ts';
import { renderJson } from './json.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';

/** A form of a gate's result for other programs. */
export interface GateFormat {
  id: string;
  /** The whole document, without a trailing newline; pure. */
  render: (result: GateResult) => string | Printed;
}

/** Adding a form is one file in this folder and one line here. */
export const gateFormats = [
  { id: 'json', render: renderJson },
  { id: 'markdown', render: renderMarkdown },
  { id: 'junit', render: renderJunit },
  { id: 'github', render: renderGithub },
] as const satisfies readonly GateFormat[];
