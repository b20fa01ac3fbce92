import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { readSettings } from '../../../harness/host/settings.ts';
import { hostSettingsSchema } from '../../../results/record.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function hostWith(files: Record<string, string>): string {
  const root = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

it('reads what moves figures on one and the same host', () => {
  const root = hostWith({
    'sys/devices/system/cpu/vulnerabilities/meltdown': 'Not affected\n',
    'sys/devices/system/cpu/vulnerabilities/spectre_v2': 'Mitigation: Retpolines\n',
    'sys/devices/system/cpu/cpu0/cpufreq/scaling_governor': 'performance\n',
    'sys/devices/system/cpu/smt/control': 'off\n',
    'sys/kernel/mm/transparent_hugepage/enabled': 'always [madvise] never\n',
    'proc/meminfo': 'MemTotal:       1024 kB\nSwapTotal:             0 kB\n',
    'proc/cpuinfo': 'processor\t: 0\nmicrocode\t: 0x2b000590\n\nprocessor\t: 1\nmicrocode\t: 0x1\n',
    'proc/cmdline': 'quiet root=/dev/sda1 mitigations=off\n',
  });
  expect(readSettings(root)).toEqual({
    vulnerabilities: { meltdown: 'Not affected', spectre_v2: 'Mitigation: Retpolines' },
    governor: 'performance',
    smt: 'off',
    swapBytes: 0,
    transparentHugePages: 'madvise',
    microcode: '0x2b000590',
    kernelCommandLine: 'quiet root=… mitigations=off',
    missing: [],
  });
});

it('says why, of each fact that cannot be read', () => {
  const settings = readSettings(hostWith({ 'proc/cpuinfo': 'CPU implementer\t: 0x41\n' }));
  expect(settings).toEqual({
    missing: [
      { fact: 'vulnerabilities', reason: 'this kernel has no /sys/devices/system/cpu/vulnerabilities' },
      {
        fact: 'governor',
        reason: 'this kernel has no /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor',
      },
      { fact: 'smt', reason: 'this kernel has no /sys/devices/system/cpu/smt/control' },
      { fact: 'swap', reason: 'this kernel has no /proc/meminfo' },
      {
        fact: 'transparent huge pages',
        reason: 'this kernel has no /sys/kernel/mm/transparent_hugepage/enabled',
      },
      { fact: 'microcode', reason: '/proc/cpuinfo does not say it' },
      { fact: 'kernel command line', reason: 'this kernel has no /proc/cmdline' },
    ],
  });
  expect(hostSettingsSchema.parse(settings)).toEqual(settings);
});
