/** A release of Linux: major, minor, patch, and the candidate's number, Infinity for a release. */
export type KernelVersion = readonly [number, number, number, number];

/** `6.1.77`, `6.5-rc6`, `6.1.0-49-amd64`; `undefined` for any other text. */
export function parseKernelVersion(text: string): KernelVersion | undefined {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?(?:-rc(\d+))?(?![\d.])/.exec(text);
  if (match === null) return undefined;
  const [, major, minor, patch = '0', candidate] = match;
  return [
    Number(major),
    Number(minor),
    Number(patch),
    candidate === undefined ? Infinity : Number(candidate),
  ];
}

/**
 * The upstream version that a kernel was made from. Debian's release says only the series (`6.1.0-49-amd64`), its build
 * text the version (`#1 SMP PREEMPT_DYNAMIC Debian 6.1.187-1 (2026-01-01)`, uname -v).
 */
export function upstreamVersion(release: string, build: string): KernelVersion | undefined {
  const debian = /\bDebian (\d+\.\d+\.\d+)/.exec(build)?.[1];
  return parseKernelVersion(debian ?? release);
}

/** Both ends included. `false` where an end cannot be read. */
export function isWithin(version: KernelVersion, { first, last }: { first: string; last: string }): boolean {
  const [from, to] = [parseKernelVersion(first), parseKernelVersion(last)];
  return from !== undefined && to !== undefined && order(from, version) <= 0 && order(version, to) <= 0;
}

function order(one: KernelVersion, other: KernelVersion): number {
  const at = one.findIndex((part, index) => part !== other[index]);
  return at === -1 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}
