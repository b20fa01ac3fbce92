import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../core/package-root.ts';
import { processRunner } from '../process/runner.ts';
import { commitOfCheckout, COMMIT_FILE } from './tool-version.ts';

/** The last step of `npm run build`. */
const commit = await commitOfCheckout(packageRoot(), processRunner);
writeFileSync(join(packageRoot(), COMMIT_FILE), `${JSON.stringify(commit)}\n`);
