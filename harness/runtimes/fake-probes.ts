import { sentCommand } from '../guest/sent-program.ts';
import { harmlessCalls } from '../guest/harmless-calls.ts';

/** What the fake distribution answers to a probe; `undefined` for any other command. */
export function answerProbe(command: string, isVm: boolean): string[] | undefined {
  if (command.startsWith(ISOLATION)) return isolationLines(isVm);
  if (command === CALLS) return harmlessCalls.map((call) => `${call.split(':')[0] ?? ''} 14`);
  if (command === DETECTION) return isVm ? vmLines : containerLines;
  return command === CLEANLINESS ? cleanlinessLines(isVm) : undefined;
}

const ISOLATION = sentCommand('isolation-probe.pl');
const CALLS = sentCommand('calls-probe.pl', harmlessCalls);
const DETECTION = sentCommand('detection-probe.sh');
const CLEANLINESS = sentCommand('cleanliness-probe.sh');

function isolationLines(isVm: boolean): string[] {
  return [
    'status Uid:\t0\t0\t0\t0',
    `status CapBnd:\t${isVm ? '000001ffffffffff' : '00000000fcecbfff'}`,
    'status NoNewPrivs:\t0',
    'status Seccomp:\t0',
    'uid-map 0 0 4294967295',
    'namespace net:[1]',
    'namespace pid:[2]',
    'lsm ',
    'processes 8',
    `kernel-threads ${isVm ? 1 : 0}`,
    'uptime 10.00',
    'load 0.10 0.05 0.01 1/80 90',
    'memory 474564',
    'release 6.1.0',
    'build #1 SMP',
    'machine x86_64',
    'modules-disabled 0',
    'mounts 20',
    'device /dev/null 0',
    'refused 30 200',
    'probe core-pattern 30',
    'probe kmsg absent',
    'write-back 30',
    'user-namespace 0',
    'end',
  ];
}

const vmLines = [
  'detect-virt-container none',
  'detect-virt-vm qemu',
  'manager qemu',
  'pid-namespace pid:[4026531836]',
  'second-process kthreadd',
  'processor hypervisor',
  'end .',
];

const containerLines = [
  'detect-virt-container systemd-nspawn',
  'detect-virt-vm none',
  'manager systemd-nspawn',
  'environment systemd-nspawn',
  'pid-namespace pid:[2]',
  'second-process ',
  'end .',
];

function cleanlinessLines(isVm: boolean): string[] {
  return ['state running', ...(isVm ? [] : ['skipped systemd-udevd.service']), 'end'];
}
