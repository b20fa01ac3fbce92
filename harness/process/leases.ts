/** Something that is given back once. */
export interface Releasable {
  release(): Promise<void>;
}

/** Something that is closed, as something that is given back. */
export function closing(thing: { close(): void }): Releasable {
  return {
    release() {
      thing.close();
      return Promise.resolve();
    },
  };
}

/** Gives back in reverse order: what was made last goes first. */
export async function releaseInReverse(leases: readonly Releasable[]): Promise<void> {
  for (const lease of [...leases].reverse()) await lease.release();
}

/** Runs `make`; what it handed to `own` before it failed is given back, and the failure goes on. */
export async function releaseOnFailure<T>(
  make: (own: <L extends Releasable>(lease: L) => L, leases: readonly Releasable[]) => Promise<T>,
): Promise<T> {
  const leases: Releasable[] = [];
  const own = <L extends Releasable>(lease: L): L => {
    leases.push(lease);
    return lease;
  };
  try {
    return await make(own, leases);
  } catch (error) {
    await releaseInReverse(leases);
    throw error;
  }
}
