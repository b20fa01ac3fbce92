import type { Printed } from '../../../core/printed.ts';
import type { Comparison } from '../comparison.ts';
import type { FailOn } from '../failures.ts';
import { renderGithub } from './github.ts';
import { renderJson } from './json.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';

/** A form of a comparison for other programs. `failOn` (default: `defaultFailOn`) says what counts as a failure. */
export interface ComparisonFormat {
  id: string;
  /** The whole document, without a trailing newline; pure. */
  render: (comparison: Comparison, failOn?: readonly FailOn[]) => string | Printed;
}

/** Adding a form is one file in this folder and one line here. */
export const comparisonFormats = [
  { id: 'json', render: renderJson },
  { id: 'markdown', render: renderMarkdown },
  { id: 'junit', render: renderJunit },
  { id: 'github', render: renderGithub },
] as const satisfies readonly ComparisonFormat[];
