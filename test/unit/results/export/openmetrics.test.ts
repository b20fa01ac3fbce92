import { describe, expect, it } from 'vitest';
import { renderOpenMetrics } from '../../../../results/export/openmetrics.ts';
import { summarise } from '../../../../results/summary.ts';
import { buildRecord, hostileText } from '../../../fixtures/records/record.ts';
import { parseOpenMetrics } from '../../../support/openmetrics.ts';

describe('metrics.openmetrics.txt', () => {
  it('is OpenMetrics, in base units, with the run told once and every series marked where it was emulated', () => {
    const record = buildRecord({ scenarios: ['startup'] });
    const text = renderOpenMetrics(record, summarise(record));
    parseOpenMetrics(text);
    expect(
      text
        .split('\n')
        .filter((line) => !/startup_(?!ready|kernel)|shutdown/.test(line))
        .join('\n'),
    ).toMatchInlineSnapshot(`
        "# TYPE twinboot_run_info gauge
        # HELP twinboot_run_info What was run, and where; always 1
        twinboot_run_info{run="20261123T090000Z-a1b2c3",version="0.1.0",image="debian-trixie",image_digest="9c1185a5c5e9",boot="settled",cache="warm",cpu="Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz",kernel="6.1.155",fingerprint="5f2d0c9b7a61"} 1
        # TYPE twinboot_run_start_time_seconds gauge
        # UNIT twinboot_run_start_time_seconds seconds
        # HELP twinboot_run_start_time_seconds When the run began, Unix time
        twinboot_run_start_time_seconds 1795424400
        # TYPE twinboot_boots gauge
        # HELP twinboot_boots Measured boots by how they ended
        twinboot_boots{runtime="nspawn",emulated="false",outcome="ok"} 5
        twinboot_boots{runtime="nspawn",emulated="false",outcome="failed"} 0
        twinboot_boots{runtime="qemu",emulated="true",outcome="ok"} 4
        twinboot_boots{runtime="qemu",emulated="true",outcome="failed"} 1
        # TYPE twinboot_startup_kernel_seconds gauge
        # UNIT twinboot_startup_kernel_seconds seconds
        # HELP twinboot_startup_kernel_seconds the guest kernel's first line; ms since t0, host CLOCK_MONOTONIC
        twinboot_startup_kernel_seconds{runtime="qemu",emulated="true",stat="median"} 1.2077366549869908
        twinboot_startup_kernel_seconds{runtime="qemu",emulated="true",stat="ci_low"} 1.1647617434326933
        twinboot_startup_kernel_seconds{runtime="qemu",emulated="true",stat="ci_high"} 1.2630145925656893
        # TYPE twinboot_startup_ready_seconds gauge
        # UNIT twinboot_startup_ready_seconds seconds
        # HELP twinboot_startup_ready_seconds the agent inside spoke; ms since t0, host CLOCK_MONOTONIC
        twinboot_startup_ready_seconds{runtime="nspawn",emulated="false",stat="median"} 0.4505329664927311
        twinboot_startup_ready_seconds{runtime="nspawn",emulated="false",stat="ci_low"} 0.4363466106622163
        twinboot_startup_ready_seconds{runtime="nspawn",emulated="false",stat="ci_high"} 0.45884710393981076
        twinboot_startup_ready_seconds{runtime="qemu",emulated="true",stat="median"} 14.074680037341015
        twinboot_startup_ready_seconds{runtime="qemu",emulated="true",stat="ci_low"} 14.000057588413451
        twinboot_startup_ready_seconds{runtime="qemu",emulated="true",stat="ci_high"} 14.282731767599246
        # EOF
        "
      `);
  });

  it('labels the times that hang on the host, and no memory', () => {
    const record = buildRecord({ emulated: false, virtualization: 'vmware' });
    const text = renderOpenMetrics(record, summarise(record));
    parseOpenMetrics(text);
    expect(text).toContain(
      'twinboot_startup_ready_seconds{runtime="qemu",emulated="false",time_marks="nested",',
    );
    expect(text).toContain('twinboot_startup_ready_seconds{runtime="nspawn",emulated="false",stat=');
    expect(text).toContain('twinboot_memory_total_bytes{runtime="qemu",emulated="false",stat=');
  });

  it('has the figures of the summary: seconds for ms, the interval beside the median', () => {
    const record = buildRecord();
    const summary = summarise(record);
    const families = parseOpenMetrics(renderOpenMetrics(record, summary));
    const ready = summary.metrics.find(
      ({ metric, runtime }) => metric === 'startup.ready' && runtime === 'nspawn',
    );
    const total = summary.metrics.find(
      ({ metric, runtime }) => metric === 'memory.total' && runtime === 'nspawn',
    );
    const of = (stat: string): string => `runtime="nspawn",emulated="false",stat="${stat}"`;

    const seconds = families.get('twinboot_startup_ready_seconds');
    expect(seconds).toMatchObject({ type: 'gauge', unit: 'seconds' });
    expect(seconds?.samples.get(of('median'))).toBeCloseTo((ready?.median ?? NaN) / 1000, 12);
    expect(seconds?.samples.get(of('ci_low'))).toBeCloseTo((ready?.interval?.low ?? NaN) / 1000, 12);
    expect(seconds?.samples.get(of('ci_high'))).toBeCloseTo((ready?.interval?.high ?? NaN) / 1000, 12);

    const bytes = families.get('twinboot_memory_total_bytes');
    expect(bytes).toMatchObject({ unit: 'bytes' });
    expect(bytes?.samples.get(of('median'))).toBe(total?.median);
    expect(families.get('twinboot_services_running')).toMatchObject({ unit: undefined });
  });

  it('leaves out what has no value: a metric of one runtime, an interval, a whole family', () => {
    const container = buildRecord({ runtimes: ['nspawn'], rounds: 1, failedBoot: false });
    const families = parseOpenMetrics(renderOpenMetrics(container, summarise(container)));
    expect(families.has('twinboot_startup_kernel_seconds')).toBe(false);
    expect([...(families.get('twinboot_startup_ready_seconds')?.samples.keys() ?? [])]).toEqual([
      'runtime="nspawn",emulated="false",stat="median"',
    ]);
  });

  it('counts the boots where all of them failed, and has nothing else to say of them', () => {
    const record = buildRecord({ allFail: true });
    const families = parseOpenMetrics(renderOpenMetrics(record, summarise(record)));
    expect([...families.keys()]).toEqual([
      'twinboot_run_info',
      'twinboot_run_start_time_seconds',
      'twinboot_boots',
    ]);
    expect(Object.fromEntries(families.get('twinboot_boots')?.samples ?? [])).toEqual({
      'runtime="nspawn",emulated="false",outcome="ok"': 0,
      'runtime="nspawn",emulated="false",outcome="failed"': 5,
      'runtime="qemu",emulated="true",outcome="ok"': 0,
      'runtime="qemu",emulated="true",outcome="failed"': 5,
    });
  });

  it('stays one whole text whatever the record says', () => {
    const record = buildRecord();
    record.image.name = `${hostileText}\r\nstartup_fake 1 \\" \ud800`;
    const [startup] = record.scenarios;
    const [first, second] = startup?.metrics ?? [];
    if (first) first.definition = 'says "this"\n# EOF\n\\';
    // Names that cannot be told apart, and one that is taken.
    if (first) first.id = 'startup.one-two';
    if (second) second.id = 'startup.one.two';
    for (const sample of record.samples) {
      for (const value of sample.values) {
        if (value.metric === 'startup.spawn') value.metric = 'startup.one-two';
        if (value.metric === 'startup.kernel') value.metric = 'startup.one.two';
      }
    }

    const families = parseOpenMetrics(renderOpenMetrics(record, summarise(record)));
    expect(families.get('twinboot_startup_one_two_seconds')?.help).toBe(String.raw`says \"this\"\n# EOF\n\\`);
    expect(families.get('twinboot_startup_one_two_2_seconds')?.samples.size).toBe(3);
    const [[labels = ''] = []] = families.get('twinboot_run_info')?.samples ?? [];
    expect(labels).toContain(String.raw`\nstartup_fake 1 \\\"  "`);
  });
});

describe('the checker of these tests', () => {
  it.each([
    ['no end', '# TYPE a gauge\na 1\n'],
    ['text behind the end', '# EOF\n\n'],
    ['a sample without a family', 'a 1\n# EOF\n'],
    ['a unit that the name lacks', '# TYPE a gauge\n# UNIT a seconds\n# EOF\n'],
    ['a family in two pieces', '# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\n# EOF\n'],
    ['a sample twice', '# TYPE a gauge\na{b="1"} 1\na{b="1"} 2\n# EOF\n'],
    ['an unescaped quote', '# TYPE a gauge\na{b="""} 1\n# EOF\n'],
    ['a value that is no number', '# TYPE a gauge\na undefined\n# EOF\n'],
    ['an undefined escape', '# TYPE a gauge\na{b="\\r"} 1\n# EOF\n'],
    ['metadata out of order', '# TYPE a_b gauge\n# HELP a_b c\n# UNIT a_b b\n# EOF\n'],
  ])('refuses %s', (_, text) => {
    expect(() => parseOpenMetrics(text)).toThrow();
  });
});
