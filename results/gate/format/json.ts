import { jsonText } from '../../../core/text.ts';
import type { GateResult } from '../verdict.ts';

export function renderJson(result: GateResult): string {
  return jsonText(result, 2);
}
