import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runError } from '../core/error.ts';
import { releaseInReverse } from '../harness/process/leases.ts';
import { makeBootCgroup } from '../harness/runtimes/boot-folder.ts';
import { createBootstrap, estimateMedian } from '../results/statistics/bootstrap.ts';
import { alone } from './alone.ts';
import type { Benchmark, Figure } from './benchmark.ts';

const REPEATS = 50;

/**
 * Prints `name<TAB>ms` for each step of each repeat, by CLOCK_MONOTONIC. Every step is taken by a child of its own, so that
 * what it makes is gone with it. Flags: linux/sched.h; numbers: asm/unistd.h of x86-64 and arm64.
 */
const STEPS = `
  use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);
  my ($arch, $repeats, $folder) = @ARGV;
  my ($unshare, $mount) = $arch eq 'arm64' ? (97, 40) : (272, 165);
  my %flag = (mount => 0x20000, uts => 0x4000000, ipc => 0x8000000, net => 0x40000000, pid => 0x20000000, cgroup => 0x2000000);
  my $all = 0;
  $all |= $_ for values %flag;
  sub timed {
    my ($name, $prepare, $step) = @_;
    defined(my $pid = fork) or die "fork: $!";
    if ($pid == 0) {
      $prepare->();
      my $start = clock_gettime(CLOCK_MONOTONIC);
      $step->() == 0 or die "$name: $!";
      printf "%s\\t%.6f\\n", $name, 1000 * (clock_gettime(CLOCK_MONOTONIC) - $start);
      exit 0;
    }
    waitpid $pid, 0;
    $? == 0 or exit 1;
  }
  # syscall takes no constants for strings.
  my ($type, $none, $top, $nothing) = ('tmpfs', 'none', '/', '');
  for (1 .. $repeats) {
    timed('fork, exec and end of /bin/true', sub {}, sub { system '/bin/true' });
    timed("unshare(2): $_", sub {}, sub { syscall $unshare, $flag{$_} }) for sort keys %flag;
    timed('unshare(2): all six at once', sub {}, sub { syscall $unshare, $all });
    timed('mount(2) of a tmpfs', sub {
      syscall($unshare, $flag{mount}) == 0 && syscall($mount, $none, $top, $none, 0x44000, $nothing) == 0 or die "mount: $!";
    }, sub { syscall $mount, $type, $folder, $type, 0, $nothing });
  }
`;

export const startPhases: Benchmark = {
  id: 'start-phases',
  question: 'What does the kernel take for each step of starting a container?',
  async measure({ host }) {
    const folder = join(host.workFolder, 'start-phases');
    await mkdir(folder);
    const group = makeBootCgroup(host, `self-${process.pid}-phases`);
    try {
      const timesMs = await alone(startPhases.id, async () => {
        const steps = await host.runner.run('perl', ['-e', STEPS, process.arch, String(REPEATS), folder]);
        return [...parseSteps(steps.stdout), ...(await moveProcesses(group.cgroup.folders))];
      });
      return figuresOf(timesMs);
    } finally {
      await releaseInReverse([group.lease]);
    }
  },
};

type Timed = [name: string, ms: number];

function parseSteps(stdout: string): Timed[] {
  return stdout
    .trim()
    .split('\n')
    .map((line): Timed => {
      const [name = '', ms = ''] = line.split('\t');
      return [name, Number(ms)];
    });
}

const PAUSE_MS = 200;

/**
 * Moves new processes into a group of each hierarchy, as every boot's first process is before t0, and as rarely: the lock
 * of the control groups is cheap to take again for a while (percpu_rw_semaphore and rcu_sync of the kernel).
 */
async function moveProcesses(folders: readonly string[]): Promise<Timed[]> {
  const times: Timed[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    await sleep(PAUSE_MS);
    const child = spawn('/bin/sh', ['-c', 'read -r _'], { stdio: ['pipe', 'ignore', 'ignore'] });
    const ended = new Promise((resolve) => child.once('close', resolve));
    if (child.pid === undefined) throw runError('launch-failed', 'cannot start /bin/sh');
    const startMs = performance.now();
    for (const [index, folder] of folders.entries()) {
      const stepMs = performance.now();
      writeFileSync(join(folder, 'cgroup.procs'), String(child.pid));
      const which = index === 0 ? 'the first hierarchy' : 'each further one';
      times.push([`move into a control group, ${which}`, performance.now() - stepMs]);
    }
    times.push([`move into a control group, all ${folders.length}`, performance.now() - startMs]);
    child.stdin.end();
    await ended;
  }
  return times;
}

function figuresOf(times: readonly Timed[]): Figure[] {
  const names = [...new Set(times.map(([name]) => name))];
  return names.map((name) => {
    const values = times.filter(([other]) => other === name).map(([, ms]) => ms);
    return { title: `${name}, median`, unit: 'ms', ...estimateMedian(values, createBootstrap(1)) };
  });
}
