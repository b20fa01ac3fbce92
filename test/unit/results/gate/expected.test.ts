import { describe, expect, it } from 'vitest';
import { evaluateGate } from '../../../../results/gate/evaluate.ts';
import { expectedText, parseExpected } from '../../../../results/gate/expected-file.ts';
import { findingsByRuntime } from '../../../../results/gate/expected-rules.ts';
import { parseGate, type Gate } from '../../../../results/gate/read-gate.ts';
import { runtimeSubjects } from '../../../../results/gate/subjects.ts';
import type { RunRecord } from '../../../../results/record.ts';
import { exposureRecord } from '../../../fixtures/records/exposure.ts';
import { known } from './known.ts';

const FILE = 'fidelity.expected';
const isRuntime = (text: string): boolean => ['nspawn', 'qemu'].includes(text);

/** Two units and two lines of the journal in nspawn, one of each in qemu. */
function record(): RunRecord {
  const clean = { state: 'degraded', chain: [], hostChanges: [] };
  const shared = { unit: 'ldconfig.service', conditions: [] };
  return exposureRecord((details, runtime) => {
    if (!('state' in details)) return details;
    return runtime === 'nspawn'
      ? {
          ...clean,
          failed: ['a.mount'],
          skipped: [shared, { unit: 'systemd-udevd.service', conditions: [] }],
          journal: [
            '[    5.123] debian systemd[1]: Failed to mount a.',
            '[    6.000] debian sshd[88]: no keys',
          ],
        }
      : { ...clean, failed: [], skipped: [shared], journal: ['[   15.4] debian kernel: odd hardware'] };
  });
}

const gateOf = (text: string | undefined): Gate => ({
  ...parseGate('runtimes: [nspawn, qemu]', 'twinboot.yaml', known),
  expected: {
    name: FILE,
    path: `/nowhere/${FILE}`,
    ...(text !== undefined && { expectations: parseExpected(text, FILE, isRuntime) }),
  },
});

function told(text: string | undefined, judged = record()): string[] {
  const { rows } = evaluateGate(gateOf(text), judged, { reason: 'none', willBeSaved: false });
  return rows
    .filter(({ rule }) => rule.startsWith('unexpected'))
    .map(({ rule, subject, measured, verdict, reason }) =>
      [`${rule} in ${subject}`, measured, verdict, ...(reason ? [reason] : [])].join(' | '),
    );
}

describe('a file of what boots may show', () => {
  it('what it names passes, by place and pattern; anything else fails', () => {
    expect(
      told(`
# a comment
everywhere skipped ldconfig.service
container  skipped systemd-*
nspawn     error   systemd: Failed to mount *
vm         error   kernel: *
`),
    ).toMatchInlineSnapshot(`
      [
        "unexpected: failed in nspawn | a.mount (1 of 1 boots) | fail",
        "unexpected: skipped in nspawn | none | pass",
        "unexpected: error in nspawn | sshd: no keys (1 of 1 boots) | fail",
        "unexpected: failed in qemu | none | pass",
        "unexpected: skipped in qemu | none | pass",
        "unexpected: error in qemu | none | pass",
      ]
    `);
  });

  it('what it names and no boot shows is said', () => {
    expect(told('nspawn failed a.mount\nnspawn failed b.mount')[0]).toBe(
      'unexpected: failed in nspawn | none | pass | expected and not seen: b.mount',
    );
  });

  it('an empty file expects nothing, and one that is not there fails', () => {
    expect(told('').filter((row) => row.includes('| fail')).length).toBe(5);
    expect(told(undefined)[0]).toBe(
      'unexpected: failed in nspawn | – | fail | there is no fidelity.expected: `twinboot gate --save-expected` writes what these boots show',
    );
  });

  it('no boot of the scenario is no clean boot', () => {
    const without = record();
    without.samples = without.samples.filter(({ scenario }) => scenario !== 'fidelity');
    expect(told('', without)[0]).toBe(
      'unexpected: failed in nspawn | – | fail | missing: no good boot of the scenario fidelity',
    );
  });

  it('written from a record, it expects what that record shows', () => {
    const judged = record();
    const text = expectedText(findingsByRuntime(judged, runtimeSubjects(gateOf(''), judged)));
    expect(text).toMatchInlineSnapshot(`
      "# What boots of this image may show although it is not clean: WHERE WHAT NAME, one a line.
      # WHERE: everywhere, container, vm or a runtime. In NAME, * stands for any text.
      nspawn failed a.mount
      everywhere skipped ldconfig.service
      nspawn skipped systemd-udevd.service
      nspawn error systemd: Failed to mount a.
      nspawn error sshd: no keys
      qemu error kernel: odd hardware
      "
    `);
    expect(told(text).filter((row) => !row.endsWith('| none | pass'))).toEqual([]);
  });

  it.each([
    ['failed', '"failed" is no expectation'],
    ['lxd failed a.service', '"lxd" is neither everywhere, container, vm nor a runtime'],
    ['vm faild a.service', '"faild" is none of failed, skipped, error'],
  ])('%s: %s', (line, message) => {
    expect(() => parseExpected(`\n${line}`, FILE, isRuntime)).toThrow(
      expect.objectContaining({ code: 'bad-expected-file', message: `${FILE}:2: ${message}` }),
    );
  });

  it('needs its scenario named', () => {
    const text = 'expected: fidelity.expected\nscenarios: [startup]';
    expect(() => parseGate(text, 'twinboot.yaml', known)).toThrow(
      'twinboot.yaml:1:1: `expected` needs the scenario fidelity: name it in `scenarios`',
    );
    expect(() => parseGate('expected: ../x', 'twinboot.yaml', known)).toThrow(/below this file's own folder/);
  });
});
