import { describe, expect, it } from 'vitest';
import { evaluateGate } from '../../../../results/gate/evaluate.ts';
import { renderGithub } from '../../../../results/gate/format/github.ts';
import { renderJson } from '../../../../results/gate/format/json.ts';
import { renderJunit } from '../../../../results/gate/format/junit.ts';
import { renderMarkdown } from '../../../../results/gate/format/markdown.ts';
import { parseGate } from '../../../../results/gate/read-gate.ts';
import type { GateResult } from '../../../../results/gate/verdict.ts';
import { buildRecord, hostileText } from '../../../fixtures/records/record.ts';
import { known } from './known.ts';

const gate = `
runtimes: [nspawn, qemu]
metrics:
  startup.ready: { nspawn: { max: 300 ms }, qemu: { max: 20 s }, vm/container: { max: 100 } }
  startup.cpu: { nspawn: { regression: 10% } }
services: { container: { forbid: [systemd-udevd] } }
`;

function result(): GateResult {
  const record = buildRecord({ rounds: 12, failedBoot: false, hostile: false });
  const baseline = { reason: 'no baseline of image debian-trixie', willBeSaved: true };
  return evaluateGate(parseGate(gate, 'ci/twinboot.yaml', known), record, baseline);
}

/** A result in which every text that a guest or a record can choose is hostile. */
function hostile(): GateResult {
  const [row] = result().rows;
  if (row === undefined) throw new Error('a gate has rows');
  const texts = { rule: hostileText, subject: hostileText, measured: hostileText, reason: hostileText };
  return { ...result(), why: hostileText, rows: [{ ...row, ...texts, verdict: 'fail', failed: true }] };
}

it('JSON: the result as it is', () => {
  expect(JSON.parse(renderJson(result()))).toEqual(result());
});

describe('Markdown', () => {
  it('has the sentence, the table and the marks', () => {
    expect(renderMarkdown(result())).toMatchInlineSnapshot(`
      "## ❌ twinboot gate

      **Fails: 1 of 7 rules: startup.ready max in nspawn: 448 ms \\[441 ms, 453 ms\\], n = 12 (at most 300 ms).**

      | Rule | Of | Measured | Limit | Verdict |
      | --- | --- | --- | --- | --- |
      | failed boots | nspawn | 0 of 12 | at most 0 | ✅ pass |
      | failed boots | qemu | 0 of 12 | at most 0 | ✅ pass |
      | systemd-udevd.service forbidden | nspawn | skipped: ConditionPathIsReadWrite=/sys (12 of 12 boots) | may not be started | ✅ pass |
      | startup.ready max | nspawn | 448 ms \\[441 ms, 453 ms\\], n = 12 | at most 300 ms | ❌ **fail** |
      | startup.ready max | qemu \\* | 14.3 s \\[14.1 s, 14.4 s\\], n = 12 | at most 20 s | ✅ pass |
      | startup.ready max | qemu / nspawn \\* | 31.9 \\[31.0, 32.7\\], n = 12 | at most 100 | ✅ pass |
      | startup.cpu regression | nspawn | – | less than 10 % worse than the baseline | ⏭ skipped (no baseline of image debian-trixie) |

      \\* emulated (TCG): not a KVM figure"
    `);
  });

  it('lets no text out of its cell', () => {
    const lines = renderMarkdown(hostile())
      .split('\n')
      .filter((line) => line.startsWith('|'));
    expect(lines).toHaveLength(3);
    expect(renderMarkdown(hostile())).not.toMatch(/<script|<img|\[a\]\(|(?<!\\)`tick|\u202e/);
  });
});

describe('JUnit', () => {
  it('has a suite for each subject and a case for each rule', () => {
    expect(renderJunit(result())).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="twinboot gate" tests="7" failures="1" errors="0" skipped="1">
        <testsuite name="nspawn" tests="4" failures="1" errors="0" skipped="1">
          <testcase classname="twinboot.nspawn" name="failed boots" time="0">
            <system-out>0 of 12 (at most 0)</system-out>
          </testcase>
          <testcase classname="twinboot.nspawn" name="systemd-udevd.service forbidden" time="0">
            <system-out>skipped: ConditionPathIsReadWrite=/sys (12 of 12 boots) (may not be started)</system-out>
          </testcase>
          <testcase classname="twinboot.nspawn" name="startup.ready max" time="0">
            <failure type="fail" message="448 ms [441 ms, 453 ms], n = 12 (at most 300 ms)">448 ms [441 ms, 453 ms], n = 12 (at most 300 ms)</failure>
          </testcase>
          <testcase classname="twinboot.nspawn" name="startup.cpu regression" time="0">
            <skipped message="skipped: no baseline of image debian-trixie"/>
          </testcase>
        </testsuite>
        <testsuite name="qemu" tests="2" failures="0" errors="0" skipped="0">
          <testcase classname="twinboot.qemu" name="failed boots" time="0">
            <system-out>0 of 12 (at most 0)</system-out>
          </testcase>
          <testcase classname="twinboot.qemu" name="startup.ready max" time="0">
            <system-out>14.3 s [14.1 s, 14.4 s], n = 12 (at most 20 s; emulated (TCG): not a KVM figure)</system-out>
          </testcase>
        </testsuite>
        <testsuite name="qemu / nspawn" tests="1" failures="0" errors="0" skipped="0">
          <testcase classname="twinboot.qemu / nspawn" name="startup.ready max" time="0">
            <system-out>31.9 [31.0, 32.7], n = 12 (at most 100; emulated (TCG): not a KVM figure)</system-out>
          </testcase>
        </testsuite>
      </testsuites>"
    `);
  });

  it('is XML whatever the texts are', () => {
    expect(renderJunit(hostile())).not.toMatch(/<script|<img|[\u0000-\u0009\u202e]/); // eslint-disable-line no-control-regex
  });
});

describe('GitHub annotations', () => {
  it('have an error for what failed, a warning for what is undecided, and the sentence last', () => {
    expect(renderGithub(result()).toString()).toMatchInlineSnapshot(`
      "::error file=ci/twinboot.yaml,title=twinboot%3A startup.ready max in nspawn::448 ms [441 ms, 453 ms], n = 12 (at most 300 ms)
      ::warning file=ci/twinboot.yaml,title=twinboot%3A startup.cpu regression in nspawn::no baseline of image debian-trixie
      ::error title=twinboot gate::Fails: 1 of 7 rules: startup.ready max in nspawn: 448 ms [441 ms, 453 ms], n = 12 (at most 300 ms)."
    `);
  });

  it('are one line each, whatever the texts are, and not more than GitHub shows', () => {
    const [row] = hostile().rows;
    const lines = renderGithub({
      ...hostile(),
      rows: Array<NonNullable<typeof row>>(30).fill(row as never),
    })
      .toString()
      .split('\n');
    expect(lines).toHaveLength(10);
    for (const line of lines) expect(line).toMatch(/^::(error|warning|notice) /);
    expect(lines.at(-1)).toContain('21 of them not shown');
  });
});
