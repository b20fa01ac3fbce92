/** /proc/meminfo by field name, in bytes (proc(5)). Fields without `kB` are counts and left out. */
export function parseMeminfo(text: string): Map<string, number> {
  const sizes = [...fieldsIn(text)].filter(({ isSize }) => isSize);
  return new Map(sizes.map(({ name, value }) => [name, value]));
}

/** The host's huge pages of its default size. Bytes and counts; /proc/meminfo (hugetlbpage.rst). */
export interface HugePages {
  pageBytes: number;
  total: number;
  /** Neither in use nor promised. */
  available: number;
}

/** All 0 where the kernel has no huge pages. */
export function parseHugePages(text: string): HugePages {
  const fields = new Map([...fieldsIn(text)].map(({ name, value }) => [name, value]));
  const field = (name: string): number => fields.get(name) ?? 0;
  return {
    pageBytes: field('Hugepagesize'),
    total: field('HugePages_Total'),
    available: field('HugePages_Free') - field('HugePages_Rsvd'),
  };
}

interface Field {
  name: string;
  /** Bytes of a size, else a count. */
  value: number;
  isSize: boolean;
}

function* fieldsIn(text: string): Generator<Field> {
  for (const line of text.split('\n')) {
    const match = /^([A-Za-z0-9_()]+):\s+(\d{1,18})( kB)?$/.exec(line);
    if (match?.[1] === undefined) continue;
    const isSize = match[3] !== undefined;
    yield { name: match[1], value: Number(match[2]) * (isSize ? 1024 : 1), isSize };
  }
}
