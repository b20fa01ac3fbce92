import { readIfThere } from '../../../core/read-if-there.ts';
import { hypervisorText, isEmulatedHost, type HostKind } from '../../../results/virtualization.ts';
import type { Examiner, Finding } from './check.ts';
import { emulatedHost } from './platform.ts';

/**
 * What makes figures unsteady without being wrong: how the kernel is told to treat CPUs and memory, and what is below.
 */

const CPU_FOLDER = '/sys/devices/system/cpu';
const MEMORY_FOLDER = '/sys/kernel/mm';

export const smt: Examiner = {
  id: 'smt',
  title: 'SMT',
  examine: () => smtFinding(readIfThere(`${CPU_FOLDER}/smt/active`)),
};

/** `active`: 1 where two threads share a core (Documentation/admin-guide/hw-vuln/l1tf.rst). */
export function smtFinding(active: string | undefined): Finding {
  if (active !== '1') return { state: 'ok', found: active === undefined ? 'unknown to this kernel' : 'off' };
  return {
    state: 'warning',
    found: 'on',
    reason: 'two hardware threads share a core: a boot is slower while something runs on its sibling',
    fix: `echo off | sudo tee ${CPU_FOLDER}/smt/control`,
  };
}

const NO_TURBO_FILE = `${CPU_FOLDER}/intel_pstate/no_turbo`;
const BOOST_FILE = `${CPU_FOLDER}/cpufreq/boost`;

export const turbo: Examiner = {
  id: 'turbo',
  title: 'turbo boost',
  examine: () => turboFinding({ noTurbo: readIfThere(NO_TURBO_FILE), boost: readIfThere(BOOST_FILE) }),
};

/** The files of the intel_pstate driver and of all others (Documentation/admin-guide/pm). */
export function turboFinding({
  noTurbo,
  boost,
}: {
  noTurbo: string | undefined;
  boost: string | undefined;
}): Finding {
  if (noTurbo === undefined && boost === undefined) return { state: 'ok', found: 'not set by this host' };
  if (noTurbo !== '0' && boost !== '1') return { state: 'ok', found: 'off' };
  return {
    state: 'warning',
    found: 'on',
    reason: 'the highest frequency depends on temperature and on how many cores are busy',
    fix: noTurbo === '0' ? `echo 1 | sudo tee ${NO_TURBO_FILE}` : `echo 0 | sudo tee ${BOOST_FILE}`,
  };
}

const THP_FILE = `${MEMORY_FOLDER}/transparent_hugepage/enabled`;

/** `always`, `madvise` or `never` (Documentation/admin-guide/mm/transhuge.rst). */
export function hugePagesFinding(choice: string | undefined): Finding {
  if (choice !== 'always') return { state: 'ok', found: choice ?? 'unknown to this kernel' };
  return {
    state: 'warning',
    found: choice,
    reason: 'memory grows by 2 MiB at a time where a free huge page is found, and by 4 KiB where none is',
    fix: `echo madvise | sudo tee ${THP_FILE}`,
  };
}

const KSM_FILE = `${MEMORY_FOLDER}/ksm/run`;

export const samePages: Examiner = {
  id: 'ksm',
  title: 'KSM',
  examine: () => samePagesFinding(readIfThere(KSM_FILE)),
};

/** 0: off, 1: merges, 2: off and unmerged (Documentation/admin-guide/mm/ksm.rst). */
export function samePagesFinding(run: string | undefined): Finding {
  if (run !== '1') return { state: 'ok', found: run === undefined ? 'unknown to this kernel' : 'off' };
  return {
    state: 'warning',
    found: 'on',
    reason: 'ksmd merges equal pages of VMs while they are measured: memory falls as time goes by',
    fix: `echo 2 | sudo tee ${KSM_FILE}`,
  };
}

/** Of a host as a record describes it; in older records `virtualization` is free text. */
export function virtualizationFinding(host: HostKind): Finding {
  const { virtualization } = host;
  if (virtualization === undefined || virtualization === 'none') {
    return { state: 'ok', found: 'none: a machine of its own' };
  }
  const found = hypervisorText(virtualization);
  if (isEmulatedHost(host)) return { ...emulatedHost, found };
  return {
    state: 'warning',
    found,
    reason:
      'the host is itself a virtual machine: what else runs on the machine below is in every figure, and KVM in it is nested',
    fix: 'measure on a physical machine, or on one with CPUs of its own; ratios of one run suffer least',
  };
}
