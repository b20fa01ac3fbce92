/** A mapping of /proc/PID/smaps (proc(5)): its first line, and what follows it by name: `Rss` → the whole line. */
export interface Mapping {
  header: string;
  lines: Map<string, string>;
}

/** `7f4a63fff000-7f4a83fff000 rw-s 00000000 00:01 1040   /memfd:memory-backend-memfd (deleted)` */
const HEADER = /^[0-9a-f]{1,16}-[0-9a-f]{1,16} /;

/** The mappings of /proc/PID/smaps in their order. */
export function mappingsIn(smaps: string): Mapping[] {
  const mappings: Mapping[] = [];
  for (const line of smaps.split('\n')) {
    if (HEADER.test(line)) mappings.push({ header: line, lines: new Map() });
    else mappings.at(-1)?.lines.set(line.slice(0, Math.max(0, line.indexOf(':'))), line);
  }
  return mappings;
}

/** `Rss:              204800 kB` in bytes; `undefined` where the mapping has no such line, or one that is no size. */
export function sizeIn({ lines }: Mapping, name: 'Size' | 'Rss' | 'Pss'): number | undefined {
  const kib = /^\w+: +(\d{1,15}) kB$/.exec(lines.get(name) ?? '')?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}
