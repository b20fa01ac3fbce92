import { median } from '../results/statistics/quantile.ts';
import type { ImageWay } from '../harness/contract/artifacts.ts';
import { createMeasured, defineScenario, metric } from '../harness/contract/scenario.ts';

const ON_THE_HOST =
  'On the host, whatever the column, while the instance lives; the median of five in a round. The image is in the page cache by then, and what is taken away again is not counted. By the host’s clock.';

export const inspection = defineScenario({
  id: 'inspection',
  title: 'Inspection',
  question: 'How long does it take to read one file out of the image?',
  needs: ['inspection'],
  onlyWhenNamed: true,
  metrics: [
    metric(
      'inspection.instance',
      'ms',
      'headline',
      'By booting',
      'From twinboot’s first step for the boot (its control group, its disk) to /usr/lib/os-release, which the booted ' +
        'distribution is asked for as soon as it is `ready`. By the host’s clock.',
    ),
    metric(
      'inspection.loop-mount',
      'ms',
      'headline',
      'By a loop mount',
      `losetup(8), mount(8) read-only and reading the same file. ${ON_THE_HOST}`,
    ),
    metric(
      'inspection.debugfs',
      'ms',
      'headline',
      'By debugfs',
      `debugfs(8), which prints the same file and mounts nothing. ${ON_THE_HOST}`,
    ),
    metric(
      'inspection.times-loop-mount',
      'ratio',
      'headline',
      'Booting over a loop mount',
      'inspection.instance over inspection.loop-mount of the same round.',
    ),
  ],

  measure({ inspection: reading }) {
    const measured = createMeasured();
    if (reading === undefined) return measured;
    const { file, instanceMs, ways } = reading;
    const medianOf = (way: ImageWay): number | undefined => {
      const times = ways[way];
      return 'timesMs' in times ? median(times.timesMs) : undefined;
    };
    const reasonOf = (way: ImageWay): string => {
      const times = ways[way];
      return 'reason' in times ? times.reason : 'it was not timed';
    };
    const loopMountMs = medianOf('loop-mount');
    measured.put('inspection.instance', instanceMs, 'it was not timed');
    measured.put('inspection.loop-mount', loopMountMs, reasonOf('loop-mount'));
    measured.put('inspection.debugfs', medianOf('debugfs'), reasonOf('debugfs'));
    measured.put(
      'inspection.times-loop-mount',
      loopMountMs === undefined ? undefined : instanceMs / loopMountMs,
      reasonOf('loop-mount'),
    );
    Object.assign(measured.details, { file, ways });
    return measured;
  },
});
