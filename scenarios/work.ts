import type { Metric } from '../results/record.ts';
import { median } from '../results/statistics/quantile.ts';
import { operations, type Operation, type WorkFigures } from '../harness/parse/work.ts';
import { createMeasured, defineScenario, metric } from '../harness/contract/scenario.ts';

/** What one operation is. */
const titles: Record<Operation, { title: string; what: string }> = {
  cpu: {
    title: 'CPU loop',
    what: '1,000 rounds of SHA-512 in libcrypt (crypt(5)); a few per cent hang on how each distribution has built it.',
  },
  'system-call': { title: 'System call', what: 'getppid(2), less the loop around it.' },
  'context-switch': {
    title: 'Context switch',
    what: 'Half of a byte’s way to another process and back through two pipes, on one CPU: a switch, a write and a read.',
  },
  'page-fault': {
    title: 'Page fault',
    what: 'A 4 KiB page of new memory, written once: the fault, its clearing, the writing. No huge pages.',
  },
  'fork-exec': { title: 'fork and exec', what: 'fork(2), execve(2) of /bin/true, its end and wait(2).' },
  tcp: {
    title: 'Loopback TCP',
    what: 'A byte’s way to another process on the same CPU and back, over 127.0.0.1.',
  },
  'file-create': { title: 'File create', what: 'A new empty file in /var/tmp, opened and closed.' },
  fsync: { title: 'fsync', what: '4 KiB appended to a file in /var/tmp, and fsync(2).' },
};

/**
 * A difference of two loops errs to both sides, and how long a disk takes is a matter of chance: the least says
 * nothing.
 */
const byMedian: ReadonlySet<Operation> = new Set(['system-call', 'file-create', 'fsync']);

/** Of nine batches. What else runs on the host can only make a batch of all other operations longer. */
function figureOf({ times }: WorkFigures, operation: Operation): number | undefined {
  const found = times[operation];
  if (!('batchesNs' in found) || found.batchesNs.length === 0) return undefined;
  return byMedian.has(operation) ? median(found.batchesNs) : Math.min(...found.batchesNs);
}

function whichBatch(operation: Operation): string {
  return byMedian.has(operation) ? 'The median of nine batches.' : 'The quickest of nine batches.';
}

function overHost(operation: Operation): Metric {
  return metric(
    `slowdown.${operation}`,
    'ratio',
    'headline',
    `${titles[operation].title}, over the host’s`,
    `work.${operation} over host.${operation} of the same round: 1 is as on the host.`,
  );
}

function inInstance(operation: Operation): Metric {
  const { title, what } = titles[operation];
  return metric(
    `work.${operation}`,
    'ns',
    'headline',
    title,
    `${what} ${whichBatch(operation)} By the CLOCK_MONOTONIC that the program sees: a VM’s is the guest’s.`,
  );
}

function onHost(operation: Operation): Metric {
  const { title, what } = titles[operation];
  return metric(
    `host.${operation}`,
    'ns',
    'detail',
    `${title} on the host`,
    `The same program on the bare host, with the CPUs and the memory of an instance, just after it ran inside. ${what} ` +
      `${whichBatch(operation)} By the host’s CLOCK_MONOTONIC.`,
  );
}

export const work = defineScenario({
  id: 'work',
  title: 'Work',
  question: 'How fast is it inside, and over the bare host?',
  needs: ['work'],
  onlyWhenNamed: true,
  // The first of them are drawn.
  metrics: [overHost, inInstance, onHost].flatMap((made) => operations.map(made)),

  measure({ work: reading }) {
    const measured = createMeasured();
    if (reading === undefined) return measured;
    const { inside, host } = reading;
    for (const operation of operations) {
      const ns = figureOf(inside, operation);
      const hostNs = figureOf(host, operation);
      const reason = reasonOf(inside, operation);
      const hostReason = reasonOf(host, operation);
      const slowdown = ns === undefined || hostNs === undefined ? undefined : ns / hostNs;
      measured.put(`slowdown.${operation}`, slowdown, reason === '' ? hostReason : reason);
      measured.put(`work.${operation}`, ns, reason);
      measured.put(`host.${operation}`, hostNs, hostReason);
    }
    Object.assign(measured.details, reading);
    return measured;
  },
});

function reasonOf({ times }: WorkFigures, operation: Operation): string {
  const found = times[operation];
  return 'reason' in found ? found.reason : '';
}
