import { jsonText } from '../../../core/text.ts';
import type { VerdictDocument } from '../document.ts';

/** What the command publishes, indented by two blanks. */
export function renderJson({ json }: VerdictDocument): string {
  return jsonText(json, 2);
}
