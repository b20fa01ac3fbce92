import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Loaded into a measured process by `node --import`: leaves the process's own /proc/self/status in a file as its last
 * act. Exact, where a poll from outside would miss the end and take CPU time from what is measured. `ru_maxrss` would
 * not do: across exec(2) it keeps the high-water mark of whoever started the process (getrusage(2)).
 */
const file = process.env.TWINBOOT_HIGH_WATER_FILE;
if (file !== undefined) {
  process.on('exit', () => writeFileSync(file, readFileSync('/proc/self/status', 'utf8')));
}
