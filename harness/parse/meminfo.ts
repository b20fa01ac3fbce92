/** /proc/meminfo by field name, in bytes (proc(5)). Fields without `kB` are counts and left out. */
export function parseMeminfo(text: string): Map<string, number> {
  const fields = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^([A-Za-z0-9_()]+):\s+(\d{1,18}) kB$/.exec(line);
    if (match?.[1] !== undefined) fields.set(match[1], Number(match[2]) * 1024);
  }
  return fields;
}
