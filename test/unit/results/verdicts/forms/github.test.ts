import { describe, expect, it } from 'vitest';
import { comparisonDocument } from '../../../../../results/compare/document.ts';
import { renderGithub } from '../../../../../results/verdicts/forms/github.ts';
import {
  buildComparison,
  buildHostileComparison,
  buildRow,
} from '../../../../fixtures/records/comparison.ts';
import { buildGateDocument, buildHostileGateDocument } from '../../gate/result.ts';

describe('GitHub annotations', () => {
  it('has an error for what fails, a warning for what is undecided, a notice for the rest', () => {
    expect(renderGithub(comparisonDocument(buildComparison())).toString()).toMatchInlineSnapshot(`
      "::error title=twinboot%3A startup.ready of nspawn%3A regression::501 ms, was 446 ms: 1.12 times [1.09, 1.15], p <0.001, n = 12 and 12
      ::error title=twinboot%3A memory.total of qemu%3A missing::no value, was 391 MiB: n = 12 and 0; NEW has no value: the cgroup was gone; emulated (TCG): not a KVM figure
      ::warning title=twinboot%3A memory.total of nspawn%3A inconclusive::20.4 MiB, was 19.1 MiB: 1.07 times [0.98, 1.14], p 0.12, n = 12 and 12; about 8 more rounds a side would decide
      ::notice title=twinboot%3A startup.ready of qemu%3A improvement::12.3 s, was 14.2 s: 0.866 times [0.840, 0.890], p 0.0021, n = 12 and 11; emulated (TCG): not a KVM figure
      ::notice title=twinboot%3A startup.ready of qemu / nspawn%3A improvement::24.6, was 31.8: 0.771 times [0.750, 0.800], p 0.0012, n = 12 and 11; emulated (TCG): not a KVM figure
      ::notice title=twinboot%3A packages::the packages of the image: 1 added (cron 3.0)
      ::notice title=twinboot%3A service-appeared::systemd-udevd.service now runs in nspawn (was skipped: ConditionPathIsReadWrite=/sys)
      ::notice title=twinboot compare::qemu: 0 of 12 boots failed in BASE, 1 of 12 boots failed in NEW
      ::error title=twinboot compare::Fails: 1 regression and 1 missing figure, first of all startup.ready of nspawn: 1.12 times BASE [1.09, 1.15]."
    `);
  });

  it('says what was left out beyond the ten of a level that GitHub shows', () => {
    const rows = Array.from({ length: 30 }, (_, index) =>
      buildRow({ metric: `startup.m${index}`, verdict: 'regression' }),
    );
    const lines = renderGithub(comparisonDocument(buildComparison({ rows, structure: [], notes: [] })))
      .toString()
      .split('\n');
    expect(lines).toHaveLength(10);
    expect(lines[8]).toBe('::error title=twinboot compare::and 22 more of this level');
    expect(lines[9]).toContain('Fails: 30 regressions');
  });

  it('lets no text begin a command of its own, or a property', () => {
    const evil = 'x,file=/etc/passwd::pwn\r\n::set-output name=a::b%0A::error::c';
    for (const line of renderGithub(comparisonDocument(buildHostileComparison(evil)))
      .toString()
      .split('\n')) {
      expect(line).toMatch(/^::(error|warning|notice) title=[^:,]*::/u);
      expect(line).not.toContain('\r');
      expect(line).not.toContain('%0A::');
    }
  });

  it('point to the file with the rules, and have a notice for each note', () => {
    const document = buildGateDocument({ warnings: ['1 rule could not be decided'] });
    expect(renderGithub(document).toString()).toMatchInlineSnapshot(`
      "::error file=ci/twinboot.yaml,title=twinboot%3A startup.ready max in nspawn%3A fail::448 ms [441 ms, 453 ms], n = 12 (at most 300 ms)
      ::warning file=ci/twinboot.yaml,title=twinboot%3A startup.cpu regression in nspawn%3A skipped::no baseline of image debian-trixie
      ::notice title=twinboot gate::1 rule could not be decided
      ::error title=twinboot gate::Fails: 1 of 7 rules: startup.ready max in nspawn: 448 ms [441 ms, 453 ms], n = 12 (at most 300 ms)."
    `);
  });

  it('of a gate are one line each, whatever the texts are, and not more than GitHub shows', () => {
    const lines = renderGithub(buildHostileGateDocument(30)).toString().split('\n');
    for (const line of lines)
      expect(line).toMatch(/^::(error|warning|notice) (file=[^:,]*,)?title=[^:,]*::/u);
    const errors = lines.filter((line) => line.startsWith('::error'));
    expect(errors).toHaveLength(10);
    expect(errors[8]).toContain('and 22 more of this level');
  });
});
