import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';

/**
 * `npm run fuzz -- [INPUTS] [NAME]… [--seed SEED]`: the property tests with that many inputs each (a million) and
 * with other inputs each time; of the files whose path holds a name.
 */
const { positionals, values } = parseArgs({ allowPositionals: true, options: { seed: { type: 'string' } } });
const [first = ''] = positionals;
const inputs = /^\d+$/.test(first) ? first : '1000000';
const names = inputs === first ? positionals.slice(1) : positionals;

process.env.TWINBOOT_FUZZ_INPUTS = inputs;
process.env.TWINBOOT_FUZZ_SEED = values.seed ?? String(Date.now() % 2 ** 31);
console.log(`${inputs} inputs for each property, seed ${process.env.TWINBOOT_FUZZ_SEED}`);
await startVitest('test', names, { project: 'property', watch: false });
