import { hostArchitecture, type Architecture } from '../../core/architecture.ts';
import { hostError } from '../../core/error.ts';
import { emulatorVersion, requireUserEmulation } from '../host/user-emulation.ts';
import { architectureOfImage } from '../image/cache.ts';
import { createBareHost } from './bare-host.ts';
import { isOlder } from './tool-availability.ts';
import type { PrepareContext, PreparedRuntime, Runtime } from './runtime.ts';
import type { RuntimeSpec } from './spec.ts';
import type { IsolationFacts, RuntimeDescription } from '../../results/record.ts';

/**
 * Prepares a runtime that this host can run. Errors: `runtime-unavailable` (host) with what to do about it, and those
 * of the runtime's own preparation.
 */
export async function prepareRuntime(
  { id, runtime, options }: Pick<RuntimeSpec, 'id' | 'runtime' | 'options'>,
  context: Omit<PrepareContext, 'specId' | 'version'>,
): Promise<PreparedRuntime> {
  const availability = await runtime.availability(context.host, options);
  if (!availability.ok) {
    throw hostError('runtime-unavailable', `${id}: ${availability.reason}`, { hint: availability.fix });
  }
  const foreign = foreignArchitecture(context.image);
  const emulator =
    foreign === undefined || runtime.emulatesOthers === true
      ? undefined
      : await emulatorFor(foreign, { id, runtime }, context);
  const version = availability.version === undefined ? {} : { version: availability.version };
  const prepared = await runtime.prepare({ ...context, specId: id, ...version }, options);
  return {
    bareHost: createBareHost(context),
    ...prepared,
    description: {
      ...prepared.description,
      ...(emulator && { emulated: true, acceleratorReason: emulator }),
    },
  };
}

/** The image's architecture where it is not the host's. */
function foreignArchitecture(image: PrepareContext['image']): Architecture | undefined {
  const architecture = architectureOfImage(image);
  return architecture === hostArchitecture() ? undefined : architecture;
}

/** systemd 255 starts what it runs by pidfd_spawn(3), which QEMU 7.2 answers with EINVAL, and QEMU 10.0 does not. */
const SPAWNS_SINCE = '10.0';

/**
 * What runs the image's programs, each an emulation of its own, on the kernel that containers share with the host.
 * Errors: `runtime-unavailable`, `no-emulator` (host).
 */
async function emulatorFor(
  architecture: Architecture,
  { id, runtime }: Pick<RuntimeSpec, 'id' | 'runtime'>,
  { host, note }: Pick<PrepareContext, 'host' | 'note'>,
): Promise<string> {
  if (runtime.kind === 'vm') {
    throw hostError(
      'runtime-unavailable',
      `${id}: it runs this host's architecture, and the image is ${architecture}`,
      {
        hint: '--runtime qemu emulates a machine of another architecture',
      },
    );
  }
  const interpreter = requireUserEmulation(architecture);
  const version = await emulatorVersion(host.runner, interpreter);
  if (version !== undefined && isOlder(version, SPAWNS_SINCE))
    note(
      `${id}: ${interpreter} is QEMU ${version}: services of systemd 255 and newer want QEMU ${SPAWNS_SINCE}`,
    );
  return `its programs are ${architecture}, each run by QEMU ${version ?? 'of unknown version'} (${interpreter})`;
}

/** The part of a runtime's description that it gives itself. */
export interface Described extends Omit<
  RuntimeDescription,
  'id' | 'runtime' | 'kind' | 'title' | 'isolation'
> {
  isolation: IsolationFacts;
}

/** What the record says of a runtime before one of its instances has run. */
export function describeRuntime(
  { id, kind, title }: Pick<Runtime, 'id' | 'kind' | 'title'>,
  { specId }: Pick<PrepareContext, 'specId'>,
  { isolation, ...own }: Described,
): RuntimeDescription {
  return { id: specId, runtime: id, kind, title, ...own, isolation: { source: 'set-up', ...isolation } };
}
