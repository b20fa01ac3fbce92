import { markText, timeMarksOf, type TimeMark } from '../../results/marks.ts';
import type { RunRecord } from '../../results/record.ts';
import { hypervisorText } from '../../results/virtualization.ts';

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
        message: `${runtime.id} was emulated (TCG), not run by KVM: ${runtime.acceleratorReason ?? 'no reason known'}`,
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
