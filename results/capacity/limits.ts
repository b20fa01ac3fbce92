import { plainLine } from '../../core/text.ts';
import type { Density } from '../fleet/density.ts';
import type { LimitNeed } from './capacity-plan.ts';

/** A limit of the kernel that ends how many instances a host holds. */
export interface LimitCeiling {
  /** Where it is set, where that has a name of its own; else what is limited. */
  name: string;
  instances: number;
}

type RecordedLimit = Density['limits'][number];

/** Those of the last series, without what nothing of a plan runs into. */
function limitsOf(series: readonly Density[]): (RecordedLimit & { perInstance: number })[] {
  return (series.at(-1)?.limits ?? []).flatMap((limit) => {
    const { perInstance = 0, id } = limit;
    return perInstance > 0 && id !== OWN_LIMIT ? [{ ...limit, perInstance }] : [];
  });
}

/** A limit of the process that measured: nothing that a host of the plan has. */
const OWN_LIMIT = 'own-open-files';

/** How many instances each limit allows, as it was on the host of the run or raised as far as it can be. */
export function limitCeilings(series: readonly Density[], are: 'as-set' | 'raised'): LimitCeiling[] {
  return limitsOf(series).flatMap((one) => {
    const most = are === 'as-set' ? one.limit : mostOf(one);
    if (toleratedOf(one) !== undefined || most === Infinity) return [];
    return [{ name: nameOf(one), instances: Math.max(0, Math.floor(most / one.perInstance)) }];
  });
}

/** The limits that so many instances on one host go beyond. */
export function limitNeeds(series: readonly Density[], instances: number): LimitNeed[] {
  return limitsOf(series).flatMap((one) => {
    const { id, title, where, limit, perInstance } = one;
    const needed = Math.ceil(perInstance * instances);
    if (needed <= limit) return [];
    const tolerated = toleratedOf(one);
    return [
      {
        id: plainLine(id, 80),
        title: plainLine(title, 80),
        ...(where === undefined ? {} : { where: plainLine(where, 80) }),
        needed,
        limit,
        ...(tolerated === undefined ? {} : { tolerated: plainLine(tolerated, 120) }),
      },
    ];
  });
}

/** `kernel.pid_max` */
const sysctl = /^[a-z][a-z0-9_]*(?:\.[a-z0-9_-]+)+$/u;

/** Older records do not tell: of all limits it was these ids alone that nobody can raise. */
function mostOf({ id, limit, raisableTo }: RecordedLimit): number {
  return raisableTo ?? (id === 'memory-cgroups' ? limit : Infinity);
}

/** Older records do not tell: of all limits it was kernel keys that systemd goes on without. */
function toleratedOf({ tolerated, where = '' }: RecordedLimit): string | undefined {
  return (
    tolerated ??
    (where.startsWith('kernel.keys.') ? 'services start without a keyring of their own' : undefined)
  );
}

const nameOf = ({ where = '', title }: RecordedLimit): string =>
  plainLine(sysctl.test(where) ? where : title, 80);
