import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Everything on this host that could be twinboot's: mounts, loop devices, control groups, work folders, processes
 * inside such groups, and what container managers keep of its containers. Read without twinboot's own code, to check
 * what it left.
 */
function twinbootTraces(): string[] {
  return [...mounts(), ...loops(), ...cgroups(), ...workFolders(), ...keptByManagers()];
}

let remembered: ReadonlySet<string> = new Set();

/** Takes note of what is there before a test: another twinboot may be at work on this host. */
export function rememberTraces(): void {
  remembered = new Set(twinbootTraces());
}

/** What has appeared since. */
export function newTraces(): string[] {
  return twinbootTraces().filter((trace) => !remembered.has(trace));
}

function mounts(): string[] {
  return readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .filter((line) => line.includes('/twinboot-'))
    .map((line) => `mount ${line}`);
}

function loops(): string[] {
  return readdirSync('/sys/block')
    .filter((name) => name.startsWith('loop'))
    .flatMap((name) => {
      const backing = readIfThere(join('/sys/block', name, 'loop/backing_file')).trim();
      return backing.includes('twinboot') ? [`/dev/${name} on ${backing}`] : [];
    });
}

function cgroups(): string[] {
  const hierarchies = ['', ...readdirSync('/sys/fs/cgroup')];
  return hierarchies.flatMap((name) => {
    const folder = join('/sys/fs/cgroup', name);
    return namesIn(folder)
      .filter((group) => group.startsWith('twinboot-'))
      .map(
        (group) =>
          `cgroup ${join(folder, group)} with processes ${readIfThere(join(folder, group, 'cgroup.procs'))}`,
      );
  });
}

function workFolders(): string[] {
  return namesIn('/var/tmp').filter((name) => name.startsWith('twinboot-'));
}

/** What systemd-nspawn keeps of a container outside of it. */
function keptByManagers(): string[] {
  return ['propagate', 'unix-export'].flatMap((kind) =>
    namesIn(join('/run/systemd/nspawn', kind))
      .filter((name) => name.startsWith('twinboot-'))
      .map((name) => `nspawn's ${kind} of ${name}`),
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
