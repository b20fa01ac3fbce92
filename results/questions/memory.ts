import { formatBytes, formatShare } from '../../core/units.ts';
import type { MeasuredFigures, Question } from './question.ts';

export const memory: Question = {
  id: 'memory',
  // A cross-check, which moves with whatever else the host does.
  notCompared: ['memory.host-delta'],
  inBrief: ['memory.total'],
  cost: 'memory.total',
  sentences: { 'memory.total': { verb: (value) => `cost the host ${value} of memory` } },
  emulation: { charged: 'memory.total', part: 'memory.translation-cache' },
  charge: { charged: 'memory.total', pss: 'memory.pss', elsewhere: 'memory.charged-elsewhere' },
  notes: [ownPageCache, chargedToNobody, peakBelowTotal, availableAndCharge],
};

/** From this share of the charge on, the choice of what is cached decides the figure. */
const MUCH = 0.25;

/** Where a container's charge is mostly files, which a container beside others would not be charged for. */
function ownPageCache({ kind, options, cache, median }: MeasuredFigures): string | undefined {
  const [total, cached] = [median('memory.total'), median('memory.page-cache')];
  if (kind !== 'container' || total === undefined || cached === undefined || cached < total * MUCH)
    return undefined;
  const charge = `${formatBytes(cached)} of its ${formatBytes(total)} (${formatShare(cached / total)}) is page cache`;
  if (options.lower === 'kept') return `${charge}, though its file system stays mounted from boot to boot.`;
  const other =
    cache === 'warm'
      ? ' The other choice is lower=kept: what an earlier boot has read is charged to nobody.'
      : '';
  return (
    `${charge}. Its file system is mounted anew for each boot, so that it reads its files into a cache of its own and is ` +
    'charged for them, as a guest’s page cache is part of its RAM. That makes it dearer than one more container beside ' +
    `others of its image, and a VM over a container look smaller.${other}`
  );
}

/** What a VM has of the host's cache without being charged for it. */
function chargedToNobody({ kind, cache, median }: MeasuredFigures): string | undefined {
  const elsewhere = median('memory.charged-elsewhere');
  if (kind !== 'vm' || cache !== 'warm' || elsewhere === undefined || elsewhere === 0) return undefined;
  return (
    `${formatBytes(elsewhere)} of files that it maps, at least, its kernel and initrd among them, were in the host’s cache ` +
    'already and are in no charge of it. That makes it cheaper than the first VM of a host, and a VM over a container look ' +
    'smaller. The other choice is --cache cold: each boot reads them, and is charged.'
  );
}

function peakBelowTotal({ median }: MeasuredFigures): string | undefined {
  const [total, peak] = [median('memory.total'), median('memory.peak')];
  if (total === undefined || peak === undefined || peak >= total) return undefined;
  return (
    `the peak while booting (${formatBytes(peak)}) is below what it holds once settled (${formatBytes(total)}), since the ` +
    'peak is read at ready and the instance takes more until it has settled.'
  );
}

/** MemAvailable counts page cache as free, and sees what no group is charged. */
function availableAndCharge({ median }: MeasuredFigures): string | undefined {
  const [total, fall] = [median('memory.total'), median('memory.host-delta')];
  if (total === undefined || fall === undefined) return undefined;
  const [charge, fell] = [formatBytes(total), `the host’s MemAvailable fell by ${formatBytes(fall)}`];
  if (fall < total / 2) {
    const cached = median('memory.page-cache') ?? 0;
    const why = cached > (total - fall) / 2 ? `, of which ${formatBytes(cached)} is page cache` : '';
    return `${fell}, and the charge is ${charge}${why}: MemAvailable counts page cache as available, and what other processes gave back meanwhile.`;
  }
  if (fall <= total * 1.5) return undefined;
  return `${fell}, and the charge is ${charge}: MemAvailable sees what no group is charged, and what other processes took meanwhile.`;
}
