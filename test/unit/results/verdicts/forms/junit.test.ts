import { describe, expect, it } from 'vitest';
import { comparisonDocument } from '../../../../../results/compare/document.ts';
import { renderJunit } from '../../../../../results/verdicts/forms/junit.ts';
import { buildComparison, buildHostileComparison } from '../../../../fixtures/records/comparison.ts';
import { buildGateDocument, buildHostileGateDocument } from '../../gate/result.ts';

describe('JUnit XML', () => {
  it('has a suite for each runtime, a case for each metric, and one suite of structural differences', () => {
    expect(renderJunit(comparisonDocument(buildComparison()))).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="twinboot compare" tests="8" failures="2" errors="0" skipped="1">
        <testsuite name="nspawn" tests="3" failures="1" errors="0" skipped="1" timestamp="2026-11-24T09:00:00">
          <testcase classname="twinboot.nspawn" name="startup.ready" time="0">
            <failure type="regression" message="501 ms, was 446 ms: 1.12 times [1.09, 1.15], p &lt;0.001, n = 12 and 12">501 ms, was 446 ms: 1.12 times [1.09, 1.15], p &lt;0.001, n = 12 and 12</failure>
          </testcase>
          <testcase classname="twinboot.nspawn" name="startup.cpu" time="0">
            <system-out>pass: 448 ms, was 446 ms: 1.00 times [0.99, 1.02], p 1, n = 12 and 12</system-out>
          </testcase>
          <testcase classname="twinboot.nspawn" name="memory.total" time="0">
            <skipped message="inconclusive: 20.4 MiB, was 19.1 MiB: 1.07 times [0.98, 1.14], p 0.12, n = 12 and 12; about 8 more rounds a side would decide"/>
          </testcase>
        </testsuite>
        <testsuite name="qemu" tests="2" failures="1" errors="0" skipped="0" timestamp="2026-11-24T09:00:00">
          <testcase classname="twinboot.qemu" name="startup.ready" time="0">
            <system-out>improvement: 12.3 s, was 14.2 s: 0.866 times [0.840, 0.890], p 0.0021, n = 12 and 11; emulated (TCG): not a KVM figure</system-out>
          </testcase>
          <testcase classname="twinboot.qemu" name="memory.total" time="0">
            <failure type="missing" message="no value, was 391 MiB: n = 12 and 0; NEW has no value: the cgroup was gone; emulated (TCG): not a KVM figure">no value, was 391 MiB: n = 12 and 0; NEW has no value: the cgroup was gone; emulated (TCG): not a KVM figure</failure>
          </testcase>
        </testsuite>
        <testsuite name="qemu / nspawn" tests="1" failures="0" errors="0" skipped="0" timestamp="2026-11-24T09:00:00">
          <testcase classname="twinboot.qemu / nspawn" name="startup.ready" time="0">
            <system-out>improvement: 24.6, was 31.8: 0.771 times [0.750, 0.800], p 0.0012, n = 12 and 11; emulated (TCG): not a KVM figure</system-out>
          </testcase>
        </testsuite>
        <testsuite name="structure" tests="2" failures="0" errors="0" skipped="0" timestamp="2026-11-24T09:00:00">
          <testcase classname="twinboot.structure" name="packages packages" time="0">
            <system-out>packages: the packages of the image: 1 added (cron 3.0)</system-out>
          </testcase>
          <testcase classname="twinboot.structure" name="service-appeared nspawn systemd-udevd.service" time="0">
            <system-out>service-appeared: systemd-udevd.service now runs in nspawn (was skipped: ConditionPathIsReadWrite=/sys)</system-out>
          </testcase>
        </testsuite>
      </testsuites>"
    `);
  });

  it('fails what it is told to fail on', () => {
    const xml = renderJunit(comparisonDocument(buildComparison(), ['service-appeared', 'inconclusive']));
    expect(xml).toContain(
      '<testsuites name="twinboot compare" tests="8" failures="2" errors="0" skipped="0">',
    );
    expect(xml.match(/<failure type="[^"]*"/gu)).toEqual([
      '<failure type="inconclusive"',
      '<failure type="service-appeared"',
    ]);
  });

  it('escapes markup, and takes out what XML cannot hold', () => {
    const evil = `"/><failure>]]>&'\u0000\u001b[31m\u0008\ufffe\ud800\r\n--><x>`;
    const xml = renderJunit(comparisonDocument(buildHostileComparison(evil)));
    // eslint-disable-next-line no-control-regex -- they are what must not be there
    expect(xml).not.toMatch(/[\u0000-\u0009\u000b-\u001f\ufffe\uffff]|\p{Surrogate}/u);
    const tags = xml.match(/<[^>]*>/gu) ?? [];
    const names = new Set(tags.map((tag) => /^<[/?]?[\w-]*/u.exec(tag)?.[0].replace(/[</?]/gu, '')));
    expect([...names].sort()).toEqual(
      ['failure', 'skipped', 'system-out', 'testcase', 'testsuite', 'testsuites', 'xml'].sort(),
    );
    // Only what the five entities of XML stand for.
    expect(xml.match(/&(?!amp;|lt;|gt;|quot;)/gu)).toBeNull();
  });

  it('of a gate has a suite for each subject and a case for each rule', () => {
    expect(renderJunit(buildGateDocument())).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="twinboot gate" tests="7" failures="1" errors="0" skipped="1">
        <testsuite name="nspawn" tests="4" failures="1" errors="0" skipped="1" timestamp="2026-11-23T09:00:00">
          <testcase classname="twinboot.nspawn" name="failed boots" time="0">
            <system-out>pass: 0 of 12 (at most 0)</system-out>
          </testcase>
          <testcase classname="twinboot.nspawn" name="systemd-udevd.service forbidden" time="0">
            <system-out>pass: skipped: ConditionPathIsReadWrite=/sys (12 of 12 boots) (may not be started)</system-out>
          </testcase>
          <testcase classname="twinboot.nspawn" name="startup.ready max" time="0">
            <failure type="fail" message="448 ms [441 ms, 453 ms], n = 12 (at most 300 ms)">448 ms [441 ms, 453 ms], n = 12 (at most 300 ms)</failure>
          </testcase>
          <testcase classname="twinboot.nspawn" name="startup.cpu regression" time="0">
            <skipped message="skipped: no baseline of image debian-trixie"/>
          </testcase>
        </testsuite>
        <testsuite name="qemu" tests="2" failures="0" errors="0" skipped="0" timestamp="2026-11-23T09:00:00">
          <testcase classname="twinboot.qemu" name="failed boots" time="0">
            <system-out>pass: 0 of 12 (at most 0)</system-out>
          </testcase>
          <testcase classname="twinboot.qemu" name="startup.ready max" time="0">
            <system-out>pass: 14.3 s [14.1 s, 14.4 s], n = 12 (at most 20 s; emulated (TCG): not a KVM figure)</system-out>
          </testcase>
        </testsuite>
        <testsuite name="qemu / nspawn" tests="1" failures="0" errors="0" skipped="0" timestamp="2026-11-23T09:00:00">
          <testcase classname="twinboot.qemu / nspawn" name="startup.ready max" time="0">
            <system-out>pass: 31.9 [31.0, 32.7], n = 12 (at most 100; emulated (TCG): not a KVM figure)</system-out>
          </testcase>
        </testsuite>
      </testsuites>"
    `);
  });

  it('of a gate is XML whatever the texts are', () => {
    expect(renderJunit(buildHostileGateDocument())).not.toMatch(/<script|<img|[\u0000-\u0009\u202e]/); // eslint-disable-line no-control-regex
  });
});
