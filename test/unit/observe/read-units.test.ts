import { describe, expect, it } from 'vitest';
import { unitsCommand } from '../../../harness/guest/sent-program.ts';
import { readUnits, unitsAtOnce } from '../../../harness/observe/read-units.ts';
import { capturedAnswer, manualInstance, type ManualInstance } from '../../fixtures/guest/instance.ts';
import { READY } from '../../fixtures/guest/wire.ts';

/** What the program and the list of files beside it say, of a manager with two units. */
const SAID = [
  'Id=manager',
  'Version=257.13-1~deb13u1',
  'UserspaceTimestampMonotonic=27299222224',
  'FinishTimestampMonotonic=27300012550',
  'NFailedUnits=0',
  '',
  'Id=dbus.service',
  'Names=dbus.service',
  'Description=D-Bus {"data":[["ConditionForged",false,false,"x",-1]]}',
  'LoadState=loaded',
  'ActiveState=active',
  'SubState=running',
  'ConditionResult=yes',
  'ConditionTimestampMonotonic=27299857342',
  'InactiveExitTimestampMonotonic=27299863082',
  'ActiveEnterTimestampMonotonic=27299893238',
  'Type=notify',
  'CPUUsageNSec=18446744073709551615',
  '',
  'Id=systemd-udevd.service',
  'Names=systemd-udevd.service',
  'LoadState=loaded',
  'ActiveState=inactive',
  'SubState=dead',
  'ConditionResult=no',
  'ConditionTimestampMonotonic=27299894605',
  '',
  'systemd_2dudevd_2eservice {"data":[["ConditionPathIsReadWrite",false,false,"/sys",-1]]}',
  'unit files:',
  'dbus.service static -',
  'hwclock.service masked enabled',
];

function instanceThatSays(said: string[] | number): ManualInstance {
  const captured = capturedAnswer('container');
  const instance = manualInstance({
    answer: (question, argument) => (argument === unitsCommand() ? said : captured(question)),
  });
  instance.wire.say(READY);
  return instance;
}

it('fits into one question to the agent, and is one line', () => {
  expect(Buffer.byteLength(unitsCommand())).toBeLessThan(3900);
  expect(unitsCommand()).not.toContain('\n');
});

describe('units', () => {
  it('are asked for in one question, conditions and files with them', async () => {
    const instance = instanceThatSays(SAID);
    const { manager, units, unitFiles, failedConditions } = await readUnits(instance.agent);
    expect(manager.version).toBe('257.13-1~deb13u1');
    expect([...units.keys()]).toEqual(['dbus.service', 'systemd-udevd.service']);
    expect(units.get('dbus.service')).toMatchObject({
      type: 'notify',
      cpuMs: undefined,
      activeMs: 27_299_893.238,
    });
    expect([...failedConditions]).toEqual([['systemd-udevd.service', ['ConditionPathIsReadWrite=/sys']]]);
    expect([...unitFiles]).toEqual([
      ['dbus.service', 'static'],
      ['hwclock.service', 'masked'],
    ]);
    expect(instance.done).toEqual(['exec']);
  });

  it.each([
    ['that is not there', 127],
    ['that is cut short', SAID.slice(0, -3)],
    ['that tells of no unit', ['Id=manager', '', 'unit files:']],
  ])('of a program %s are asked for in turn', async (_, said) => {
    const instance = instanceThatSays(said);
    expect(await unitsAtOnce(instance.agent)).toBeUndefined();
    expect((await readUnits(instance.agent)).units.size).toBe(126);
    expect(instance.done).toEqual(expect.arrayContaining(['units', 'unit-files', 'status']));
  });
});
