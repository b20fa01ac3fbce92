import { markText, timeMarksOf, type TimeMark } from '../../results/marks.ts';
import type { RunRecord, RuntimeDescription } from '../../results/record.ts';
import { hypervisorText } from '../../results/virtualization.ts';
import type { CachedImage } from '../image/cache.ts';
import { plainRecipe } from '../image/recipe.ts';
import type { RuntimeSpec } from '../runtimes/spec.ts';

/** What a reader has to know before the first figure: what was emulated, and what the host's being no machine means. */
export function warningsOf(host: RunRecord['host'], runtimes: RunRecord['runtimes']): RunRecord['warnings'] {
  const onTime = (mark: TimeMark): RunRecord['runtimes'] =>
    runtimes.filter((runtime) => timeMarksOf(host, runtime).includes(mark));
  const made = host.machine === undefined ? '' : ` (${host.machine})`;
  const below = hypervisorText(host.virtualization ?? 'unknown');
  return [
    ...runtimes
      .filter((runtime) => runtime.emulated)
      .map((runtime) => ({
        code: 'emulated',
        message: `${runtime.id} was emulated (TCG)${runtime.kind === 'vm' ? ', not run by KVM' : ''}: ${runtime.acceleratorReason ?? 'no reason known'}`,
      })),
    ...(onTime('emulated-host').length === 0
      ? []
      : [{ code: 'emulated-host', message: `${markText('emulated-host')}${made}` }]),
    ...onTime('nested').map(({ id }) => ({
      code: 'nested',
      message: `${id} is nested: it runs under KVM, and this host is itself a virtual machine: ${below}${made}`,
    })),
  ];
}

type Described = Pick<RuntimeDescription, 'id' | 'isolation' | 'accelerator'>;

/**
 * One line for each runtime that gives no boundary, or a lesser one than its kind leads to expect, where twinboot has
 * not made the image alone; before it boots. SECURITY.md has the reasons.
 */
export function boundaryWarnings(
  { description: image }: Pick<CachedImage, 'description'>,
  runtimes: readonly Described[],
  specs: readonly Pick<RuntimeSpec, 'id' | 'runtime'>[],
): RunRecord['warnings'] {
  if (plainRecipe(image.name) !== undefined) return [];
  return runtimes.flatMap((runtime) => {
    const lack = whatLacks(runtime, image.name);
    if (lack === undefined) return [];
    const options = specs.find(({ id }) => id === runtime.id)?.runtime.options.shape ?? {};
    const instead = 'userns' in options ? '; its option userns=on gives one' : '';
    return [{ code: 'no-boundary', message: `${runtime.id} ${lack}${instead}` }];
  });
}

function whatLacks({ isolation, accelerator }: Described, image: string): string | undefined {
  if (isolation === undefined) return undefined;
  const { kernel, userNamespace, capabilities } = isolation;
  if (kernel === 'shared' && userNamespace !== true && capabilities !== 'none')
    return `gives no boundary: root of the image ${image} can become root of this host`;
  // QEMU's developers do not call emulation a boundary, and User-Mode Linux is a program of the host.
  if (kernel === 'own' && (accelerator === undefined || accelerator === 'tcg'))
    return `is not run by a hypervisor and gives no boundary of a VM: what holds the image ${image} is an ordinary user's room`;
  return undefined;
}
