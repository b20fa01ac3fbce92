import { evaluateGate } from '../../../../results/gate/evaluate.ts';
import { gateDocument } from '../../../../results/gate/document.ts';
import { parseGate } from '../../../../results/gate/read-gate.ts';
import type { GateResult, GateRow } from '../../../../results/gate/verdict.ts';
import type { VerdictDocument } from '../../../../results/verdicts/document.ts';
import { buildRecord, hostileText } from '../../../fixtures/records/record.ts';
import { known } from './known.ts';

const gate = `
runtimes: [nspawn, qemu]
metrics:
  startup.ready: { nspawn: { max: 300 ms }, qemu: { max: 20 s }, vm/container: { max: 100 } }
  startup.cpu: { nspawn: { regression: 10% } }
services: { container: { forbid: [systemd-udevd] } }
`;

/** The result of a gate that one rule of seven fails, and one skips for want of a baseline. */
export function buildGateResult(): GateResult {
  const record = buildRecord({ rounds: 12, failedBoot: false, hostile: false });
  const baseline = { reason: 'no baseline of image debian-trixie', willBeSaved: true };
  return evaluateGate(parseGate(gate, 'ci/twinboot.yaml', known), record, baseline);
}

/** The document of that result, changed as `changed` says. */
export function buildGateDocument(changed: Partial<GateResult> = {}): VerdictDocument {
  return gateDocument({ ...buildGateResult(), ...changed }, '2026-11-23T09:00:00.000Z');
}

/** A row of that result, changed as `changed` says. */
export function buildGateRow(changed: Partial<GateRow> = {}): GateRow {
  const [row] = buildGateResult().rows;
  if (row === undefined) throw new Error('a gate has rows');
  return { ...row, ...changed };
}

/** A document in which every text that a guest or a record can choose is hostile. */
export function buildHostileGateDocument(rows = 1): VerdictDocument {
  const texts = { rule: hostileText, subject: hostileText, measured: hostileText, reason: hostileText };
  const row = buildGateRow({ ...texts, verdict: 'fail', failed: true });
  return buildGateDocument({
    why: hostileText,
    warnings: [hostileText],
    rows: Array.from({ length: rows }, () => row),
  });
}
