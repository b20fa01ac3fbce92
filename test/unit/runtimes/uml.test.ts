import { describe, expect, it } from 'vitest';
import { MIB } from '../../../core/units.ts';
import type { HostContext } from '../../../harness/host/context.ts';
import {
  umlBootArguments,
  umlRegisters,
  umlStarter,
  type UmlBoot,
} from '../../../harness/runtimes/uml-command.ts';
import { uml } from '../../../harness/runtimes/uml.ts';

const folder = '/var/tmp/twinboot-1/r1-1';
const boot: UmlBoot = {
  memoryBytes: 512 * MIB,
  registers: 'all',
  append: '',
  overlay: `${folder}/overlay.cow`,
  disk: `${folder}/disk`,
  controlFolder: `${folder}/control`,
  toGuest: `${folder}/channel/to-guest`,
  fromGuest: `${folder}/channel/from-guest`,
};

describe('the command line of User-Mode Linux', () => {
  it('has the disk below a copy-on-write file, and the agent on its second serial line', () => {
    expect(umlBootArguments(boot).join('\n')).toMatchInlineSnapshot(`
      "mem=512M
      ubd0=/var/tmp/twinboot-1/r1-1/overlay.cow,/var/tmp/twinboot-1/r1-1/disk
      con=null
      ssl=null
      ssl0=null,fd:1
      ssl-non-raw
      ssl1=tty:/var/tmp/twinboot-1/r1-1/channel/to-guest,tty:/var/tmp/twinboot-1/r1-1/channel/from-guest
      uml_dir=/var/tmp/twinboot-1/r1-1/control/
      umid=uml
      root=/dev/ubda
      rw
      console=stderr0
      console=ttyS0
      loglevel=6
      panic=-1"
    `);
  });

  it('goes without wide registers where UML cannot keep them: in PID 1 and in its services', () => {
    const args = umlBootArguments({ ...boot, registers: 'sse' });
    expect(umlStarter('sse')).toEqual(['perl', expect.stringMatching(/\/uml-start\.pl$/)]);
    expect(umlStarter('all')).toEqual([]);
    expect(args.filter((arg) => arg.includes('hwcaps=-AVX,'))).toEqual([
      expect.stringMatching(/^GLIBC_TUNABLES=/),
      expect.stringMatching(/^systemd\.setenv=GLIBC_TUNABLES=/),
    ]);
  });

  it('adds what is to be appended, a word each', () => {
    const args = umlBootArguments({ ...boot, append: 'quiet  systemd.log_level=debug' });
    expect(args.slice(-2)).toEqual(['quiet', 'systemd.log_level=debug']);
  });
});

describe('the registers that UML keeps', () => {
  it.each([
    ['6.1.176', 'flags\t\t: fpu avx512f amx_tile amx_int8\n', 'sse'],
    ['6.1.176', 'flags\t\t: fpu avx512f\n', 'all'],
    ['6.12.38', 'flags\t\t: fpu amx_tile\n', 'sse'],
    ['6.13', 'flags\t\t: fpu amx_tile\n', 'all'],
    ['7.0.1', 'flags\t\t: fpu amx_tile\n', 'all'],
  ])('of %s on a CPU with %j: %s', (version, cpuinfo, registers) => {
    expect(umlRegisters(version, cpuinfo)).toBe(registers);
  });
});

describe.runIf(process.arch === 'x64')('whether it can run', () => {
  const hostThat = (run: HostContext['runner']['run']) => ({ runner: { run } }) as HostContext;

  it('says its kernel’s release', async () => {
    const host = hostThat(() => Promise.resolve({ stdout: '6.1.176\n', stderr: '', exitCode: 0 }));
    expect(await uml.availability(host, uml.options.parse({}))).toEqual({ ok: true, version: '6.1.176' });
  });

  it('says what is wrong where it cannot be started', async () => {
    const host = hostThat(() => Promise.reject(new Error('linux.uml is not installed')));
    expect(await uml.availability(host, uml.options.parse({}))).toMatchObject({
      ok: false,
      reason: 'linux.uml is not installed',
    });
  });
});
