import { KIB, MIB } from '../../core/units.ts';

/** What `xl info` says of the hypervisor, by field; values that name several things are words between blanks. */
export function parseXlInfo(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^(\w+)\s*:\s*(.*)$/.exec(line);
    if (match?.[1] !== undefined) fields.set(match[1], match[2]?.trim() ?? '');
  }
  return fields;
}

/** `free_memory` of `xl info` is in MiB. `undefined` where it is not there. */
export function freeXenBytes(info: ReadonlyMap<string, string>): number | undefined {
  const free = info.get('free_memory');
  return free !== undefined && /^\d{1,12}$/.test(free) ? Number(free) * MIB : undefined;
}

/**
 * The memory that the hypervisor has given a domain, bytes: the column MEM(k) of `xentop -b -f` (xentop(1)), which is
 * the domain's pages that are not shared or paged out. `undefined` where the domain is not listed.
 */
export function parseXentopMemory(text: string, domain: string): number | undefined {
  for (const line of text.split('\n')) {
    const [name, , , , kibibytes = ''] = line.trim().split(/\s+/);
    if (name === domain && /^\d{1,15}$/.test(kibibytes)) return Number(kibibytes) * KIB;
  }
  return undefined;
}

/** What a domain's virtual CPUs have run, ms: the column Time(s) of `xl vcpu-list`, tenths of a second. */
export function parseVcpuTimes(text: string): number | undefined {
  const times = text.split('\n').flatMap((line) => {
    const seconds = /^\S+\s+\d+\s+\d+\s+(?:\d+|-)\s+\S+\s+(\d{1,12}\.\d)\s/.exec(line)?.[1];
    return seconds === undefined ? [] : [Number(seconds) * 1000];
  });
  return times.length === 0 ? undefined : times.reduce((sum, ms) => sum + ms, 0);
}

/** The number of a domain that xl waits for: it says so on its own output when the domain runs. */
export function domainIdIn(console: string, domain: string): number | undefined {
  const said = /Waiting for domain (\S+) \(domid (\d{1,5})\) to die/.exec(console);
  return said?.[1] === domain ? Number(said[2]) : undefined;
}

/** The hypervisor's lines about one domain, of `xl dmesg`: `(XEN) d3v0 …`, `(XEN) Domain 3 …`. */
export function linesOfDomain(dmesg: string, id: number): string[] {
  const named = new RegExp(`\\b(?:d${id}(?:v\\d+)?|dom(?:ain)? ?${id})\\b`, 'i');
  return dmesg.split('\n').filter((line) => named.test(line));
}
