import { expect, it } from 'vitest';
import { publicCommandLine } from '../../../harness/parse/kernel-command-line.ts';

it('keeps what bears on figures, and of all else the name alone', () => {
  expect(
    publicCommandLine(
      'BOOT_IMAGE=/boot/vmlinuz root=UUID=0b5c ro quiet mitigations=auto,nosmt isolcpus=2-3 transparent_hugepage=never ' +
        'systemd.set_credential=key:secret ip=192.0.2.1::::ada intel_idle.max_cstate=1 dyndbg="file a.c +p" rd.luks.key=/k ' +
        '-- --listen 192.0.2.1',
    ),
  ).toBe(
    'BOOT_IMAGE=… root=… ro quiet mitigations=auto,nosmt isolcpus=2-3 transparent_hugepage=never ' +
      'systemd.set_credential=… ip=… intel_idle.max_cstate=1 dyndbg=… rd.luks.key=…',
  );
});

it('takes an empty line', () => {
  expect(publicCommandLine('')).toBe('');
});
