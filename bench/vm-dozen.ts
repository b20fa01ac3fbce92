import type { Benchmark, Figure } from './benchmark.ts';
import { runDensity } from './density-run.ts';
import { bootsPerS, growthOf } from './fleet-growth.ts';
import { hostTraces, leftBehind } from './host-traces.ts';

const SPEC = 'qemu';
const PARALLEL = 2;
/** An emulated VM shares two CPUs with eleven others. */
const TIMEOUT_S = 600;

export const vmDozen: Benchmark = {
  id: 'vm-dozen',
  question: 'Do a dozen VMs live at once on this host?',
  onlyByName: true,
  async measure(context) {
    const { host, options, ground, note } = context;
    await ground();
    const before = hostTraces(host);
    const { record, series } = await runDensity(context, vmDozen.id, [
      ...['--runtime', SPEC],
      ...['--instances', String(options.vms)],
      ...['--parallel', String(PARALLEL)],
      ...['--timeout', String(TIMEOUT_S)],
    ]);
    const left = leftBehind(before, hostTraces(host));
    for (const trace of left) note(`  left behind: ${trace}`);
    const emulated = record.runtimes.some((runtime) => runtime.emulated);
    return [...series.values()].flatMap(({ steps, stop, lost, stoppedInMs, killed = NaN }): Figure[] => {
      const last = steps.at(-1);
      const live = last?.live ?? 0;
      const growth = growthOf(steps);
      const figure = (title: string, unit: Figure['unit'], value: number): Figure => ({
        ...{ title: `${SPEC}: ${title}`, unit, value },
        ...{ n: 1, emulated },
      });
      return [
        {
          ...figure('live at once', 'count', live),
          floor: options.vms,
          ...(stop.reason === 'planned' ? {} : { remark: stop.message }),
        },
        { ...figure('lost', 'count', lost.length), bound: 0 },
        { ...figure('did not power off', 'count', killed), bound: 0 },
        { ...figure('left on the host', 'count', left.length), bound: 0 },
        figure(`charge of all ${live}`, 'bytes', last?.totalBytes ?? NaN),
        figure(`fall of MemAvailable with all ${live}`, 'bytes', last?.hostDeltaBytes ?? NaN),
        figure(
          `from the first t0 to ${live} ready, ${PARALLEL} at a time`,
          'ms',
          growth.at(-1)?.grownInMs ?? NaN,
        ),
        figure('boots', 'count/s', bootsPerS(growth)),
        figure(`stopping ${live}`, 'ms', stoppedInMs ?? NaN),
      ];
    });
  },
};
