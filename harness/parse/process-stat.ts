/** Field 22 of /proc/PID/stat (proc(5)); `undefined` for a zombie, which runs no more. */
export function parseStartTicks(stat: string): number | undefined {
  const ticks = statField(stat, 22);
  const state = statField(stat, 3);
  return state === 'Z' || !/^\d{1,20}$/.test(ticks) ? undefined : Number(ticks);
}

/** A field of /proc/PID/stat by its number in proc(5), from the third on. */
export function statField(stat: string, number: number): string {
  // The command name in parentheses may hold spaces and parentheses: count fields from its end.
  const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
  return fields[number - 3] ?? '';
}
