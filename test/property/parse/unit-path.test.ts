import { describe, expect } from 'vitest';
import { managerRootOf, unitBelow, unitOfGroup } from '../../../harness/parse/unit-path.ts';
import { drawn, holds, oddText, staysQuick, same } from '../../support/property.ts';

describe('the unit of a control group', () => {
  const group = drawn((draw) => ({
    root: draw.of(['', '/machine.slice/x.scope', '/lxc.payload.y', '/docker/0123']),
    slices: draw.some(3, () => `/${draw.of(['system', 'user', 'user-0', 'a-b'])}.slice`).join(''),
    unit: draw.of([
      'dbus.service',
      'user@0.service',
      'a\\x2db.mount',
      'cgroup.service',
      'x:y.scope',
      's.socket',
    ]),
    below: draw.some(2, () => `/${oddText(draw, 2).replaceAll('/', '') || 'x'}`).join(''),
    odd: oddText(draw),
  }));

  holds(
    'is the first part below the manager’s root that is no slice',
    group,
    ({ root, slices, unit, below, odd }) => {
      const path = `${root}${slices}/${unit.startsWith('cgroup.') ? '_' : ''}${unit}${below}`;
      same(managerRootOf([`${root}${slices}/x.service/init.scope`, `${root}/init.scope`]), root);
      same(unitBelow(root, path), unit);
      const found = unitOfGroup(odd);
      if (found !== undefined) expect(odd).toContain(found);
    },
  );

  staysQuick('paths', ['/a.slice', '/a.service', '/_'], (text) => [
    unitOfGroup(text),
    managerRootOf(text.split('\n')),
  ]);
});
