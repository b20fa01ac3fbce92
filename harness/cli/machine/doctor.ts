import { Option, type Command } from '@commander-js/extra-typings';
import { exitCodes, TwinbootError } from '../../../core/error.ts';
import { jsonText } from '../../../core/text.ts';
import { canRun, examine, type Check } from '../../host/doctor.ts';
import { ensureTools } from '../../host/install.ts';
import { needs, type Need } from '../../host/tools.ts';
import { processRunner } from '../../process/runner.ts';
import type { Io } from '../io.ts';

/** `twinboot doctor`: every need with its state, its reason and its fix. Exit 3 where the main job cannot run. */
export function addDoctorCommand(program: Command, io: Io): void {
  program
    .command('doctor')
    .description('say what this host can do, what is missing and how to get it')
    .option('--install', 'install the Debian packages that are missing (root)')
    .option('--json', 'print the checks as JSON')
    .addOption(
      new Option('--for <need>', 'the default runtimes, all runtimes, or twinboot’s own tests')
        .choices(needs)
        .default('bench' as const),
    )
    .action(async (options) => {
      const need = options.for;
      if (options.install === true) await tryInstall(need, io);
      const checks = await examine({ runner: processRunner, signal: io.signal }, need);
      const able = canRun(checks);
      io.out(options.json === true ? jsonText({ able, checks }, 2) : formatChecks(checks, isUtf8(io.env)));
      if (!able) io.exitCode = exitCodes.host;
    });
}

/** What could not be installed is among the checks that follow, so its error is said and does not end the command. */
async function tryInstall(need: Need, io: Io): Promise<void> {
  try {
    await ensureTools({ runner: processRunner, signal: io.signal }, io, need, { install: true });
  } catch (error) {
    if (!(error instanceof TwinbootError) || io.signal.aborted) throw error;
    io.note(error.hint === undefined ? error.message : `${error.message}\n  ${error.hint}`);
  }
}

interface Marks {
  ok: string;
  warning: string;
  missing: string;
  fix: string;
}

const UNICODE: Marks = { ok: '✓', warning: '!', missing: '✗', fix: '→' };
const ASCII: Marks = { ok: '+', warning: '!', missing: 'x', fix: '->' };

/** The checks as people read them, and one sentence that sums them up. */
export function formatChecks(checks: readonly Check[], utf8: boolean): string {
  const marks = utf8 ? UNICODE : ASCII;
  const width = Math.max(...checks.map((check) => check.title.length));
  const lines = checks.flatMap((check) => [
    `${marks[check.state]} ${check.title.padEnd(width)}  ${check.found}`,
    ...(check.reason === undefined ? [] : indented(check.reason, '    ')),
    ...(check.fix === undefined || check.state === 'ok' ? [] : indented(check.fix, `    ${marks.fix} `)),
  ]);
  const text = [...lines, '', verdict(checks)].join('\n');
  return utf8 ? text : text.replaceAll('’', "'");
}

function indented(text: string, lead: string): string[] {
  return text.split('\n').map((line, index) => (index === 0 ? lead : ' '.repeat(lead.length)) + line);
}

function verdict(checks: readonly Check[]): string {
  const lacking = checks.filter((check) => check.needed && check.state === 'missing');
  if (lacking.length > 0) {
    return `This host cannot run the main job. Missing: ${lacking.map((check) => check.title).join(', ')}.`;
  }
  const warnings = checks.filter((check) => check.state === 'warning').length;
  if (warnings === 0) return 'This host can run the main job.';
  return `This host can run the main job, with ${warnings} warning${warnings === 1 ? '' : 's'}.`;
}

/** As locale(7) says: the first of these that is set decides. */
function isUtf8(env: Io['env']): boolean {
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => value !== undefined && value !== '');
  return /utf-?8/i.test(locale ?? '');
}
