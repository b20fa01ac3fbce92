import { createMeasured, defineScenario, metric } from '../harness/contract/scenario.ts';
import type { DetectionDetails } from '../results/exposure/detection.ts';
import type { RuntimeKind } from '../results/record.ts';

/** What a method says that an instance is; `not-a-container`: hardware or a VM; `hardware`: no VM. */
type Claim = RuntimeKind | 'not-a-container' | 'hardware';

type Row = DetectionDetails['methods'][number];

/** Every method: what it is, and what its words claim; `undefined`: nothing. */
const METHODS: readonly { id: string; title: string; claim: (said: string) => Claim | undefined }[] = [
  { id: 'detect-virt-container', title: 'systemd-detect-virt --container', claim: named('container') },
  { id: 'detect-virt-vm', title: 'systemd-detect-virt --vm', claim: named('vm') },
  { id: 'manager', title: 'systemd, Virtualization=', claim: byManager },
  { id: 'environment', title: 'container= of process 1', claim: present('container') },
  { id: 'run-systemd-container', title: '/run/systemd/container', claim: present('container') },
  { id: 'run-host', title: '/run/host', claim: present('container') },
  { id: 'dockerenv', title: '/.dockerenv', claim: present('container') },
  { id: 'containerenv', title: '/run/.containerenv', claim: present('container') },
  { id: 'cgroup', title: 'Control group of process 1', claim: byControlGroup },
  { id: 'pid-namespace', title: 'Inode of the pid namespace', claim: byPidNamespace },
  { id: 'scheduler', title: '/proc/1/sched', claim: byScheduler },
  { id: 'second-process', title: 'Process 2 is kthreadd', claim: bySecondProcess },
  { id: 'dmi', title: 'DMI', claim: byFirmware },
  { id: 'processor', title: 'CPUID hypervisor bit', claim: present('vm') },
  { id: 'processor-signature', title: 'CPUID signature', claim: present('vm') },
  { id: 'hypervisor', title: '/sys/hypervisor', claim: present('vm') },
  { id: 'kernel-log', title: 'Kernel log', claim: byKernelLog },
  { id: 'conditions', title: 'ConditionVirtualization= of units', claim: byConditions },
];

export const detection = defineScenario({
  id: 'detection',
  title: 'Detection',
  question: 'Can software inside tell where it runs?',
  needs: ['detection', 'units'],
  // Some twenty programs are started inside.
  onlyWhenNamed: true,
  metrics: [
    metric(
      'detection.methods-right',
      'count',
      'headline',
      'Methods that are right',
      `How many of ${METHODS.length} methods say inside that this is a container, or a VM, where it is one. One that looks at the machine and names the host’s hypervisor in a container is wrong.`,
      'none',
    ),
    metric(
      'detection.methods-wrong',
      'count',
      'headline',
      'Methods that are wrong',
      'How many of the same methods say what the instance is not.',
      'none',
    ),
    metric(
      'detection.methods-silent',
      'count',
      'detail',
      'Methods that say nothing',
      'How many of the same methods find nothing to say.',
      'none',
    ),
  ],

  measure({ detection: reading, units }, { kind }) {
    const measured = createMeasured();
    if (reading === undefined || units === undefined) return measured;
    const said = new Map(reading.said).set('conditions', skippedBy(units.failedConditions));
    const rows = METHODS.map(({ id, title, claim }): Row => {
      const text = said.get(id) ?? '';
      return { method: id, title, said: text, verdict: verdictOf(claim(text), kind) };
    });
    const count = (verdict: Row['verdict']): number => rows.filter((row) => row.verdict === verdict).length;
    measured.put('detection.methods-right', count('right'), '');
    measured.put('detection.methods-wrong', count('wrong'), '');
    measured.put('detection.methods-silent', count('nothing'), '');
    // The question of 2011: whether a process can tell that it is not in the first pid namespace.
    const inode = said.get('pid-namespace') ?? '';
    const details: DetectionDetails = {
      methods: rows,
      ...(inode !== '' && { tellsPidNamespace: byPidNamespace(inode) === 'container' }),
      hostChanges: reading.hostChanges,
    };
    Object.assign(measured.details, details);
    return measured;
  },
});

function verdictOf(claim: Claim | undefined, kind: RuntimeKind): Row['verdict'] {
  if (claim === undefined) return 'nothing';
  // A method that tells containers from all else is right about a VM where it sees none.
  if (claim === 'not-a-container') return kind === 'vm' ? 'right' : 'wrong';
  // One that looks for a VM alone says nothing of a container.
  if (claim === 'hardware') return kind === 'vm' ? 'wrong' : 'nothing';
  return claim === kind ? 'right' : 'wrong';
}

/** `none` is an answer, where the method has looked. */
function named(kind: RuntimeKind): (said: string) => Claim | undefined {
  return (said) => (said === '' || said === 'none' ? undefined : kind);
}

function present(kind: RuntimeKind): (said: string) => Claim | undefined {
  return (said) => (said === '' ? undefined : kind);
}

/** systemd names a container before the machine below it. */
const CONTAINERS =
  /^(systemd-nspawn|lxc(-libvirt)?|docker|podman|rkt|wsl|proot|pouch|container-other|openvz)$/;

function byManager(said: string): Claim | undefined {
  if (said === '' || said === 'none') return undefined;
  return CONTAINERS.test(said) ? 'container' : 'vm';
}

/** Without a namespace of control groups the path says who made it: more than `/`, `/init.scope` or its like. */
function byControlGroup(said: string): Claim | undefined {
  if (said === '') return undefined;
  const paths = said.split(/\s+(?=\d+:)/).map((line) => line.split(':').slice(2).join(':'));
  return paths.some((path) => !/^\/(init\.scope|user\.slice|system\.slice)?$/.test(path))
    ? 'container'
    : undefined;
}

/** PROC_PID_INIT_INO (linux/proc_ns.h): the first pid namespace of every kernel. */
function byPidNamespace(said: string): Claim | undefined {
  const inode = /\[(\d+)\]/.exec(said)?.[1];
  if (inode === undefined) return undefined;
  return inode === '4026531836' ? 'not-a-container' : 'container';
}

/** `systemd (1, #threads: 1)`: older kernels show the pid of the first namespace. */
function byScheduler(said: string): Claim | undefined {
  const pid = /\((\d+), #threads/.exec(said)?.[1];
  return pid === undefined || pid === '1' ? undefined : 'container';
}

function bySecondProcess(said: string): Claim {
  return said === 'kthreadd' ? 'not-a-container' : 'container';
}

function byFirmware(said: string): Claim | undefined {
  return /QEMU|KVM|VMware|VirtualBox|Xen|Microsoft|Amazon EC2|Google|Bochs|Parallels|Firecracker|OpenStack/i.test(
    said,
  )
    ? 'vm'
    : undefined;
}

/** `paravirtualized kernel on bare hardware`: also in a VM whose kernel has nothing to be paravirtualised with. */
function byKernelLog(said: string): Claim | undefined {
  if (said === '') return undefined;
  return said.includes('bare hardware') ? 'hardware' : 'vm';
}

function skippedBy(failed: ReadonlyMap<string, readonly string[]>): string {
  return [
    ...new Set([...failed.values()].flat().filter((text) => text.startsWith('ConditionVirtualization='))),
  ].join(' ');
}

/** `ConditionVirtualization=!container` that was not met: this is a container. */
function byConditions(said: string): Claim | undefined {
  if (/=\|?!(container|yes)/.test(said)) return 'container';
  return /=\|?container/.test(said) ? 'not-a-container' : undefined;
}
