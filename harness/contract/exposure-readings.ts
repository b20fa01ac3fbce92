import type { Answered } from '../parse/calls-probe.ts';
import type { Cleanliness } from '../parse/cleanliness-probe.ts';
import type { InsideView } from '../parse/isolation-probe.ts';
import type { ProcessRights } from '../parse/process-rights.ts';
import type { Filters } from '../parse/seccomp.ts';

/** The host is compared before the probes and after them: they change nothing. */
interface HostCompared {
  /** Settings of the host that were another afterwards, by name. Others may have changed them meanwhile. */
  hostChanges: string[];
}

/** What stands between an instance and the host, seen from inside and from the host. */
export interface ExposureReading extends HostCompared {
  inside: InsideView;
  /** What system calls gave that were made inside, by number. Empty on another machine than x86-64. */
  calls: Map<number, Answered>;
  /** Options that exploits need and the kernel inside has, without CONFIG_; `undefined` where its list is not there. */
  options: ReadonlySet<string> | undefined;
  boundary: BoundaryReading;
  host: HostView;
}

/** The process whose system calls reach the host's kernel: a container's process 1, or the VM monitor. */
export interface BoundaryReading {
  filters: Filters;
  /** Of a service of the distribution that restricts itself (systemd-logind). Containers only. */
  serviceFilters?: Filters;
  rights: ProcessRights | undefined;
}

/** The host at the same time. */
export interface HostView {
  /** Inode numbers of twinboot's own namespaces by name. */
  namespaces: Map<string, number>;
  uptimeS: number;
  /** The three averages. */
  load: number[];
  memoryKib: number;
  release: string;
  build: string;
  /** Whether its sysctls give user namespaces to ordinary users; `undefined` where the kernel does not say. */
  givesUserNamespaces: boolean | undefined;
  /** As `ExposureReading.options`, of the host's kernel. */
  options: ReadonlySet<string> | undefined;
}

/** What each known method of detection said inside; '' where it said nothing. */
export interface DetectionReading extends HostCompared {
  said: Map<string, string>;
}

export interface FidelityReading extends HostCompared, Cleanliness {}
