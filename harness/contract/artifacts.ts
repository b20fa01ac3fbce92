import type { DetectionReading, ExposureReading, FidelityReading } from './exposure-readings.ts';
import type { KernelMemory } from '../parse/kernel-memory.ts';
import type { GuestProcess } from '../parse/processes.ts';
import type { UnitReport } from '../parse/units.ts';
import type { CgroupMemory } from '../parse/cgroup-memory.ts';
import type { GuestRam } from '../parse/guest-ram.ts';
import type { WorkFigures } from '../parse/work.ts';
import type { ProcessMemory } from '../parse/smaps-rollup.ts';

/**
 * What is read of one booted instance. A scenario names the artifacts that it needs and computes from those alone, so
 * one boot serves every scenario that only looks. The order of the keys is the order of the reading: what disturbs the
 * instance most comes last.
 */
export interface Artifacts {
  timing: Timing;
  memory: MemoryReading;
  inside: InsideReading;
  units: UnitsReading;
  fidelity: FidelityReading;
  detection: DetectionReading;
  exposure: ExposureReading;
  inspection: InspectionReading;
  work: WorkReading;
  shutdown: ShutdownReading;
}

export type ArtifactName = keyof Artifacts;

/** Times in ms since t0 on the host's clock. */
export interface Timing {
  spawnMs: number;
  /** The kernel's first console line. VMs only. */
  kernelMs: number | undefined;
  /** The console's "Multi-User System" line: an independent witness of what the guest reports. */
  consoleMultiUserMs: number | undefined;
  readyMs: number;
  commandMs: number;
  /** CPU time of the whole boundary from t0 to `ready`, ms. */
  cpuMs: number | undefined;
  /** The highest charge of the boundary up to `ready`, bytes. */
  peakBytes: number | undefined;
  /** Guest CLOCK_MONOTONIC to ms since t0: add this to the guest's ms. */
  guestOffsetMs: number;
  /** Half the width of the interval that the offset is known to lie in. */
  guestOffsetErrorMs: number;
  /** The longest time up to now in which twinboot itself did not run, ms: what it stamped may be as much too late. */
  stalledMs: number;
  /** How often the distribution started before it was ready, as its console tells; 0 where it does not. */
  starts: number;
  /** The kernel starts the initrd's init: guest CLOCK_MONOTONIC. VMs only. */
  initrdGuestMs: number | undefined;
}

/** A process of an instance as the host sees it. */
export interface HostProcess extends ProcessMemory {
  /** true: the container manager's or the VMM's own; false: the distribution's. */
  manager: boolean;
  /** The unit of the instance that it belongs to, where the host's control groups show it: containers. */
  unit: string | undefined;
}

export interface MemoryReading {
  /** `undefined` where the host does not count memory by control group. */
  cgroup: CgroupMemory | undefined;
  /** Why not, and what to do about it. */
  chargeMissing?: string;
  /** `undefined` where one of them could not be read. */
  processes: HostProcess[] | undefined;
  /** Why not, and what to do about it. */
  processesMissing?: string;
  /** VMs only. */
  guestRam: GuestRam | undefined;
  /** What the host has in its page cache of the files of the disk. VMs only. */
  diskCachedBytes?: number | undefined;
  /** The host's MemAvailable before t0 minus now, bytes. */
  hostDeltaBytes: number;
  settledAfterMs: number;
  /** false: the deadline passed while memory still moved. */
  settled: boolean;
}

/** A reading that has all that memory is made of. */
export type ChargedReading = MemoryReading & { cgroup: CgroupMemory; processes: HostProcess[] };

export interface InsideReading {
  meminfo: Map<string, number>;
  /** VMs only. */
  kernel?: KernelMemory | undefined;
  processes: GuestProcess[];
}

export interface UnitsReading extends UnitReport {
  /** Services installed in the image: name → unit file state. */
  unitFiles: Map<string, string>;
  /** The failed conditions of units that were to start and did not, by unit. */
  failedConditions: Map<string, string[]>;
}

/** A way to read a file of an image that boots nothing. */
export type ImageWay = 'loop-mount' | 'debugfs';

/** Of each time that a way was gone, in order; or why it cannot be gone. */
export type WayTimes = { timesMs: number[] } | { reason: string };

/** How long it takes from an image that lies there to the content of one file in it. Times by the host's clock. */
export interface InspectionReading {
  /** The file's absolute path in the image. */
  file: string;
  /** By booting: twinboot's preparation of the boot, t0 to `ready`, and the question whose answer is the file. */
  instanceMs: number;
  /** On the host, while the instance lives. */
  ways: Record<ImageWay, WayTimes>;
}

/** The same program inside the instance and then on the host, one after the other. */
export interface WorkReading {
  inside: WorkFigures;
  host: WorkFigures;
}

export interface ShutdownReading {
  /** From the question to power off to the end of the runtime's process. */
  shutdownMs: number;
}
