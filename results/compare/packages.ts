import type { ImageDescription } from '../record.ts';

/** A package that one image has and the other has not, or has in another version. */
export interface PackageChange {
  name: string;
  /** Versions; `base` is absent where it was added, `next` where it was removed. */
  base?: string;
  next?: string;
}

/** The packages that were added, removed and changed, in this order. */
export function packageChanges(base: ImageDescription, next: ImageDescription): PackageChange[] {
  const before = new Map(base.packages.map(({ name, version }) => [name, version]));
  const after = new Map(next.packages.map(({ name, version }) => [name, version]));
  const added = [...after].filter(([name]) => !before.has(name));
  const removed = [...before].filter(([name]) => !after.has(name));
  return [
    ...added.map(([name, version]) => ({ name, next: version })),
    ...removed.map(([name, version]) => ({ name, base: version })),
    ...[...after].flatMap(([name, version]) => {
      const old = before.get(name);
      return old === undefined || old === version ? [] : [{ name, base: old, next: version }];
    }),
  ];
}
