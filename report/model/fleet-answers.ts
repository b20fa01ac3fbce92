import { formatBytes, formatMs } from '../../core/units.ts';
import { formatList } from '../../core/words.ts';
import { billSentence, extrapolationNote, noneDuplicatedOf, type Bill } from '../../results/fleet/bill.ts';
import {
  densityFigures,
  limitOf,
  slopeDifference,
  type SlopeDifference,
} from '../../results/fleet/figures.ts';
import { bytesInterval, slopeText } from '../../results/fleet/fleet-text.ts';
import { markText } from '../../results/marks.ts';
import type { Answer } from './answer.ts';
import { markedBy, type FleetFindings, type Sharing } from '../../results/tables/fleet.ts';
import { markOf, type RuntimeView, type Times } from '../../results/tables/runtimes.ts';

/** More runtimes than these are not told of in one sentence. */
const MOST_TOLD = 4;

/** The services that the answers speak of. */
const TOLD_SERVICES = ['dbus', 'udev'] as const;

/** How many instances they speak of. */
const BILLED = 100;

/** What the fleets answer: one more instance, the services that it runs again, a storm of boots, the least memory. */
export function fleetAnswers(fleet: FleetFindings): Answer[] {
  return [
    ...densityAnswer(fleet),
    ...fleet.sharing.flatMap(sharingAnswer),
    ...billAnswers(fleet),
    ...stormAnswer(fleet),
    ...minimumMemoryAnswer(fleet),
  ];
}

function densityAnswer({ density, sharing }: FleetFindings): Answer[] {
  const variants = new Set(sharing.flatMap((group) => group.variants));
  const fitted = density.filter((series) => series.details.fits.total !== undefined && !variants.has(series));
  const told = fitted.slice(0, MOST_TOLD);
  if (told.length === 0) return [];
  const costs = told.flatMap(({ runtime, details: { fits } }) =>
    fits.total === undefined ? [] : [`${slopeText(fits.total)} ${as(runtime)}`],
  );
  const live = told.map(({ runtime, details }) => {
    const count = String(densityFigures(details).live);
    return told.length === 1 ? count : `${count} (${runtime.name})`;
  });
  return [
    {
      text:
        `On this host one more instance of this image costs ${formatList(costs)}: ` +
        `the slope over the steps, with up to ${formatList(live)} live at once${furtherOnes(fitted)}.`,
      ...shortMark(told),
    },
  ];
}

function sharingAnswer({ plain, variants }: Sharing): Answer[] {
  const told = variants.flatMap(({ runtime, details }) => {
    const difference = slopeDifference(details.fits.total, plain.details.fits.total);
    return difference === undefined
      ? []
      : [{ runtime, text: `${differenceText(difference)} as ${runtime.name}` }];
  });
  if (told.length === 0) return [];
  const shown = told.slice(0, MOST_TOLD).map(({ text }) => text);
  return [
    {
      text: `Against ${plain.runtime.name}, one more instance costs ${formatList(shown)}.`,
      ...shortMark([plain, ...told]),
    },
  ];
}

/** `125 MiB less [119 MiB, 131 MiB]`; a difference that may be none is said to be one. */
function differenceText({ bytes, interval }: SlopeDifference): string {
  const word = bytes < 0 ? 'less' : 'more';
  const sign = bytes < 0 ? -1 : 1;
  const within = interval && (bytes < 0 ? { low: -interval.high, high: -interval.low } : interval);
  const unsure = within !== undefined && within.low <= 0 ? ', which may be nothing,' : '';
  return `${formatBytes(bytes * sign)} ${word} ${bytesInterval(within, bytes * sign)}${unsure}`;
}

/** Of the first container and the first VM, where there are both: the answer compares them. */
function billAnswers({ bill: found }: FleetFindings): Answer[] {
  if (found === undefined) return [];
  const { bill, runtimes } = found;
  const chosen = (['container', 'vm'] as const).flatMap(
    (kind) => runtimes.find((runtime) => runtime.kind === kind) ?? [],
  );
  const places = chosen.map((runtime) => runtimes.indexOf(runtime));
  const narrowed = {
    runtimes: places.flatMap((at) => bill.runtimes[at] ?? []),
    rows: bill.rows.map((row) => ({ ...row, charges: places.flatMap((at) => row.charges[at] ?? []) })),
  };
  const sentences = TOLD_SERVICES.flatMap((family) => billSentence(narrowed, family, BILLED) ?? []);
  if (sentences.length === 0) return [];
  const note = extrapolationNote(narrowed, BILLED);
  return [
    {
      text:
        `${sentences.join(' ')} That is anonymous memory, which each instance takes anew` +
        `${note === undefined ? '' : `, ${note}`}.${hostSentence(bill)}`,
      ...shortMark(chosen.map((runtime) => ({ runtime }))),
    },
  ];
}

/** ` The host runs D-Bus as well: duplicated.`, or why none of the services is. */
function hostSentence(bill: Bill): string {
  const none = noneDuplicatedOf(bill);
  if (none !== undefined) return ` ${none}`;
  const duplicated = bill.rows.filter(
    ({ family, host }) => TOLD_SERVICES.some((told) => told === family) && host === 'running',
  );
  if (duplicated.length === 0) return '';
  return ` The host runs ${formatList(duplicated.map(({ title }) => title))} as well: duplicated.`;
}

/** What a sentence says of those that it does not name. */
function furtherOnes(all: readonly unknown[]): string {
  return all.length > MOST_TOLD ? `; ${all.length - MOST_TOLD} more are in the table` : '';
}

function stormAnswer({ storm }: FleetFindings): Answer[] {
  const told = storm.slice(0, MOST_TOLD).flatMap(({ runtime, details }) => {
    const largest = details.bursts.toSorted((a, b) => b.parallel - a.parallel)[0];
    if (largest === undefined || largest.readyMs.length === 0) return [];
    const { parallel, readyMs, allReadyMs } = largest;
    const count = readyMs.length === parallel ? String(parallel) : `${readyMs.length} of ${parallel}`;
    return [{ runtime, text: `${formatMs(allReadyMs)} until ${count} were ready (${runtime.name})` }];
  });
  if (told.length === 0) return [];
  return [
    {
      text: `Started all at once, it took ${formatList(told.map(({ text }) => text))}${furtherOnes(storm)}.`,
      ...shortMark(told, 'all'),
    },
  ];
}

function minimumMemoryAnswer({ minimumMemory }: FleetFindings): Answer[] {
  const told = minimumMemory.slice(0, MOST_TOLD).flatMap(({ runtime, details }) => {
    const { smallest } = limitOf(details);
    return smallest === undefined
      ? []
      : [{ runtime, text: `${formatBytes(smallest.memoryBytes)} ${as(runtime)}` }];
  });
  if (told.length === 0) return [];
  return [
    {
      text: `The least memory with which it got ready in time was ${formatList(told.map(({ text }) => text))}${furtherOnes(minimumMemory)}.`,
      ...shortMark(told),
    },
  ];
}

/** `as a container (systemd-nspawn)` */
const as = ({ kind, name }: RuntimeView): string => `as a ${kind === 'vm' ? 'VM' : 'container'} (${name})`;

/** The bare mark of emulation, as other answers carry it, where all that is emulated in the sentence are its VMs. */
function shortMark(series: readonly { runtime: RuntimeView }[], times: Times = 'none'): { mark?: string } {
  const runtimes = series.map(({ runtime }) => runtime);
  const vms = runtimes.filter(({ kind }) => kind === 'vm');
  const isBare = vms.length > 0 && vms.every(({ mark }) => mark !== undefined);
  if (!isBare) return markedBy(series, times);
  const others = runtimes.map((runtime) => {
    const { mark, ...rest } = runtime;
    return mark === undefined ? runtime : rest;
  });
  const marks = [markText('emulated'), markOf(others, times)].filter((mark) => mark !== undefined);
  return { mark: marks.join('; ') };
}
