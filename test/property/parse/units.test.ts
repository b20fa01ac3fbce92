import { describe } from 'vitest';
import { parseUnitFiles, parseUnits, type Unit } from '../../../harness/parse/units.ts';
import { drawn, holds, oddText, rows, saidBy, staysQuick, type Draw, same } from '../../support/property.ts';

const usec = (draw: Draw): number => (draw.chance(0.2) ? 0 : draw.int(1, 2 ** 48));
const ms = (us: number): number | undefined => (us === 0 ? undefined : us / 1000);

function unitBlock(draw: Draw, id: string): { lines: string[]; says: Unit } {
  const [checked, started, active, ended] = [usec(draw), usec(draw), usec(draw), usec(draw)];
  const description = oddText(draw).replaceAll('\n', '');
  const cpuNs = draw.of(['[not set]', '18446744073709551615', '-5', '', '1e9', String(draw.int(0, 2 ** 40))]);
  const restarts = draw.int(0, 99);
  const fields = {
    Id: id,
    Names: `${id} alias.service`,
    Description: description,
    ActiveState: 'active',
    ConditionResult: draw.of(['yes', 'no']),
    ConditionTimestampMonotonic: checked,
    InactiveExitTimestampMonotonic: started,
    ActiveEnterTimestampMonotonic: active,
    InactiveEnterTimestampMonotonic: ended,
    NRestarts: restarts,
    CPUUsageNSec: cpuNs,
    After: 'a.target  b.service',
    Requires: 'c.mount',
    BindsTo: 'd.device',
    WantedBy: 'multi-user.target',
  };
  return {
    lines: Object.entries(fields).map(([key, value]) => `${key}=${value}`),
    says: {
      id,
      names: [id, 'alias.service'],
      description,
      loadState: '',
      activeState: 'active',
      subState: '',
      unitFileState: '',
      result: '',
      type: '',
      conditionMet: fields.ConditionResult === 'yes',
      conditionChecked: checked !== 0,
      startedMs: ms(started),
      activeMs: ms(active),
      endedMs: ms(ended),
      restarts,
      after: ['a.target', 'b.service'],
      requires: ['c.mount', 'd.device'],
      askedForBy: ['multi-user.target'],
      cpuMs: /^\d{1,15}$/.test(cpuNs) ? Number(cpuNs) / 1e6 : undefined,
    },
  };
}

/** Lines that no block needs: without a sign of equality, or of a property that nobody asked for. */
const stray = (draw: Draw): string =>
  draw.chance(0.5)
    ? oddText(draw).replaceAll('=', '') || ' '
    : `X${oddText(draw, 2).replaceAll('=', '')}=${oddText(draw)}`;

describe('units', () => {
  const answer = drawn((draw) => {
    const blocks = ['a.service', 'b@x.service', '__proto__.service', 'constructor.service']
      .slice(0, draw.int(0, 4))
      .map((id) => unitBlock(draw, id));
    const lines = blocks.flatMap(({ lines: own }) => {
      const withJunk = [...own];
      for (const line of draw.some(3, stray)) withJunk.splice(draw.int(0, withJunk.length), 0, line);
      return [...withJunk, ...draw.of([[''], ['', ''], ['', 'Names=nobody', '']])];
    });
    const manager = usec(draw);
    return { lines: ['Id=manager', `UserspaceTimestampMonotonic=${manager}`, '', ...lines], manager, blocks };
  });

  holds('are read exactly, whatever stands among their properties', answer, ({ lines, manager, blocks }) => {
    const report = parseUnits(lines);
    same(report.manager.userspaceMs, ms(manager));
    same(
      [...report.units.values()],
      blocks.map(({ says }) => says),
    );
  });

  staysQuick('lines', ['Id=a.service\nAfter=', 'Id=', 'Description=', '='], (text) =>
    parseUnits(text.split('\n')),
  );
});

describe('unit files', () => {
  const answer = rows<[string, string]>(
    (draw) => {
      const [name, state] = [
        `${draw.of(['a', 'b@', 'c\\x2d'])}${draw.int(0, 99)}.service`,
        draw.of(['masked', 'static']),
      ];
      return { text: `${name}  ${state} -`, says: [name, state] };
    },
    (text) => /^\s*\S*\.service\s+\S/.test(text),
  );

  holds('have the state of their line', answer, (lines) => {
    same(parseUnitFiles(lines.map(({ text }) => text)), new Map(saidBy(lines)));
  });

  staysQuick('lines', ['a.service '], (text) => parseUnitFiles([text, ...text.split('\n')]));
});
