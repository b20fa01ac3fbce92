import { ledgerIn, type LedgerRow, type RunRecord, type Sample } from '../record.ts';

/**
 * The record without what no comparison reads, for a repository: no warm-up, no console, and of the services ledger
 * only which service was in what state, and when and for how long it started. Every measured value stays. Still a valid
 * record.
 */
export function slimRecord(record: RunRecord): RunRecord {
  return { ...record, samples: record.samples.filter(({ phase }) => phase === 'measured').map(slimSample) };
}

function slimSample(sample: Sample): Sample {
  const { error, details, ...rest } = sample;
  const ledger = ledgerIn(details);
  return {
    ...rest,
    details: ledger === undefined ? {} : { services: ledger.services.map(slimRow) },
    ...(error && { error: { code: error.code, message: error.message } }),
  };
}

function slimRow({
  service,
  host,
  state,
  reason,
  startMs,
  durationMs,
  duplicated,
  repeated,
}: LedgerRow): LedgerRow {
  return {
    service,
    host,
    state,
    ...(reason !== undefined && { reason }),
    ...(startMs !== undefined && { startMs }),
    ...(durationMs !== undefined && { durationMs }),
    duplicated,
    ...(repeated !== undefined && { repeated }),
  };
}
