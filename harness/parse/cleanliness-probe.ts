import { runError } from '../../core/error.ts';

/** How cleanly the distribution has booted; the answer of `cleanliness-probe.sh`. Untrusted. */
export interface Cleanliness {
  /** `running`, `degraded`, … (systemctl(1), is-system-running). */
  state: string;
  /** Units of any type. */
  failed: string[];
  /** Units that a condition kept from starting. */
  skipped: string[];
  /** Lines of priority err and worse, at most 500; `undefined` where there is no journal. */
  journal: string[] | undefined;
  /** systemd-analyze(1), critical-chain: from what was reached last to what began. Empty where it did not say. */
  chain: Link[];
}

/** A unit of the critical chain. Times in ms, from the start of process 1. */
export interface Link {
  unit: string;
  activeMs?: number;
  tookMs?: number;
}

/** Errors: `agent-empty-answer` where the end of the answer is lacking. */
export function parseCleanlinessProbe(lines: readonly string[]): Cleanliness {
  if (!lines.includes('end')) throw runError('agent-empty-answer', 'the fidelity probe did not end inside');
  const after = (key: string): string[] =>
    lines.flatMap((line) => (line.startsWith(`${key} `) ? [line.slice(key.length + 1)] : []));
  return {
    state: after('state')[0] ?? '',
    failed: [...new Set(after('failed'))].filter((unit) => unit !== ''),
    skipped: [...new Set(after('skipped'))],
    journal: lines.includes('no-journal') ? undefined : after('journal'),
    chain: after('chain').flatMap((text) => linkOf(text)),
  };
}

/** `systemd-logind.service @1.203s +180ms` */
function linkOf(text: string): Link[] {
  const match = /^(\S+)(?: @([^+]+))?(?: \+(.+))?$/.exec(text);
  if (match === null) return [];
  const [, unit = '', active = '', took = ''] = match;
  const [activeMs, tookMs] = [msOf(active), msOf(took)];
  return [{ unit, ...(activeMs !== undefined && { activeMs }), ...(tookMs !== undefined && { tookMs }) }];
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, min: 60_000, s: 1000, ms: 1, us: 0.001 };

/** `1min 2.003s` as systemd writes a span of time (systemd.time(7)); `undefined` for any other text. */
function msOf(span: string): number | undefined {
  const words = span.trim().split(/\s+/);
  const parts = words.map((word) => /^(\d{1,9}(?:\.\d{1,6})?)(h|min|s|ms|us)$/.exec(word));
  return parts.reduce<number | undefined>(
    (sum, part) =>
      part === null || sum === undefined ? undefined : sum + Number(part[1]) * (UNITS[part[2] ?? ''] ?? NaN),
    0,
  );
}
