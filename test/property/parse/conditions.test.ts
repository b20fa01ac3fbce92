import { describe, expect } from 'vitest';
import { busLabel, parseConditions, parseStatus } from '../../../harness/parse/conditions.ts';
import { broken, drawn, holds, lists, oddText, staysQuick, same } from '../../support/property.ts';

describe('conditions as the bus has them', () => {
  const answer = lists(5, (draw) => {
    const label = draw.of(['a_2eservice', 'b_2eservice', '__proto__', 'constructor']);
    const parameter = oddText(draw, 3);
    const condition = ['ConditionPathExists', false, draw.chance(0.5), parameter, -1] as const;
    const data = [condition, ['ConditionSecurity', false, false, 'x', 1]];
    const line = `${label} ${JSON.stringify({ type: 'a(sbbsi)', data })}`;
    const said = `ConditionPathExists=${condition[2] ? '!' : ''}${parameter}`;
    if (draw.chance(0.6)) return { line, label, said };
    return { line: draw.chance(0.5) ? oddText(draw) : `other ${broken(draw, line)}` };
  });

  holds('name what failed, word for word', answer, (rows) => {
    const found = parseConditions(rows.map(({ line }) => line));
    found.delete('other');
    same(
      found,
      new Map(rows.flatMap(({ label, said }) => (label === undefined ? [] : [[label, [said]] as const]))),
    );
  });

  staysQuick('lines', ['a {"data":', 'a ', '['], (text) => parseConditions([text]));
});

describe('conditions as systemctl shows them', () => {
  const answer = lists(4, (draw) => {
    const unit = draw.of(['a.service', 'b@x.service', 'c\\x2d.mount']);
    const conditions = draw.some(
      3,
      () => `ConditionPathExists=${draw.of(['/x', '!/y z', '/é'])}${draw.int(0, 9)}`,
    );
    const lines = [
      `${draw.of(['*', '○', '●', '×'])} ${unit} - ${oddText(draw).replaceAll('\n', '')}`,
      `     Loaded: ${oddText(draw)}`,
      '  Condition: start condition unmet at Wed 2026-11-25 07:15:33 UTC; 440ms ago',
      ...conditions.map(
        (condition) => `             ${draw.of(['├─', '└─', '|-', '`-'])} ${condition} was not met`,
      ),
      '',
    ];
    return { unit, conditions, lines };
  });

  holds('are those below their label, the last one first', answer, (blocks) => {
    const expected = new Map<string, string[]>();
    for (const { unit, conditions } of blocks)
      if (conditions.length > 0)
        expected.set(unit, [...conditions.toReversed(), ...(expected.get(unit) ?? [])]);
    same(parseStatus(blocks.flatMap(({ lines }) => lines)), expected);
  });

  const label = '  Condition: start condition unmet at x';
  staysQuick('lines', ['* ', '   `- Condition', ' `- ConditionA=b was not met\n'], (text) =>
    parseStatus(['* a.service', label, ...text.split('\n'), text]),
  );
});

describe('bus labels', () => {
  const name = drawn((draw) => oddText(draw));

  holds('can be turned back into the unit’s name', name, (unit) => {
    const label = busLabel(unit);
    expect(label).toMatch(/^[A-Za-z0-9_]*$/);
    const bytes = label.replace(/_([0-9a-f]{2})/g, (_, digits: string) =>
      String.fromCharCode(parseInt(digits, 16)),
    );
    same(Buffer.from(bytes, 'latin1').toString(), Buffer.from(unit).toString());
  });
});
