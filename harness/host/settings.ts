import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defined } from '../../core/defined.ts';
import { errnoOf, messageOf } from '../../core/error.ts';
import type { HostSettings } from '../../results/record.ts';
import { parseMeminfo } from '../parse/meminfo.ts';
import { parseChoice, parseMicrocode } from '../parse/host-facts.ts';
import { publicCommandLine } from '../parse/kernel-command-line.ts';

/**
 * What can move figures on one and the same host: what its kernel does about faults of the CPU, how it sets
 * frequencies, and so on. Nothing here names the machine. Never throws: a fact that cannot be read is in `missing`.
 * `root` is the folder that holds /proc and /sys.
 */
export function readSettings(root = '/'): HostSettings {
  const missing: HostSettings['missing'] = [];
  const read = <T>(fact: string, file: string, take: (text: string) => T | undefined): T | undefined => {
    try {
      const taken = take(readFileSync(join(root, file), 'utf8').trim());
      if (taken === undefined) missing.push({ fact, reason: `/${file} does not say it` });
      return taken;
    } catch (error) {
      missing.push({ fact, reason: whyUnread(`/${file}`, error) });
      return undefined;
    }
  };
  const settings = {
    vulnerabilities: readVulnerabilities(root, missing),
    governor: read('governor', 'sys/devices/system/cpu/cpu0/cpufreq/scaling_governor', whole),
    smt: read('smt', 'sys/devices/system/cpu/smt/control', whole),
    swapBytes: read('swap', 'proc/meminfo', (text) => parseMeminfo(text).get('SwapTotal')),
    transparentHugePages: read(
      'transparent huge pages',
      'sys/kernel/mm/transparent_hugepage/enabled',
      parseChoice,
    ),
    microcode: read('microcode', 'proc/cpuinfo', parseMicrocode),
    kernelCommandLine: read('kernel command line', 'proc/cmdline', publicCommandLine),
  };
  return { ...defined(settings), missing };
}

const VULNERABILITIES = 'sys/devices/system/cpu/vulnerabilities';

function readVulnerabilities(
  root: string,
  missing: HostSettings['missing'],
): Record<string, string> | undefined {
  try {
    const folder = join(root, VULNERABILITIES);
    const names = readdirSync(folder).sort();
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8').trim()]));
  } catch (error) {
    missing.push({ fact: 'vulnerabilities', reason: whyUnread(`/${VULNERABILITIES}`, error) });
    return undefined;
  }
}

const whole = (text: string): string | undefined => (text === '' ? undefined : text);

function whyUnread(path: string, error: unknown): string {
  return errnoOf(error) === 'ENOENT'
    ? `this kernel has no ${path}`
    : `${path} cannot be read: ${messageOf(error)}`;
}
