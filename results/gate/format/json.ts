import type { GateResult } from '../verdict.ts';

export function renderJson(result: GateResult): string {
  return JSON.stringify(result, null, 2);
}
