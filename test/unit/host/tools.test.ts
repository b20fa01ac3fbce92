import { describe, expect, it } from 'vitest';
import {
  findTool,
  installCommand,
  packagesOf,
  parseVersion,
  qemuTool,
  tools,
  toolsFor,
  toolState,
} from '../../../harness/host/tools.ts';

const nothingRuns = { run: () => Promise.reject(new Error('no process may be started')) };

describe('the table of tools', () => {
  it('names each tool once', () => {
    const names = tools.map((tool) => tool.name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('asks for more to test than to measure', () => {
    expect(toolsFor('tests').map((tool) => tool.name)).toEqual(
      expect.arrayContaining(['systemd-nspawn', 'chromium']),
    );
    expect(toolsFor('bench').map((tool) => tool.name)).not.toContain('chromium');
  });

  it('has the system emulator of each architecture', () => {
    expect(qemuTool('x64')).toMatchObject({ name: 'qemu-system-x86_64', package: 'qemu-system-x86' });
    expect(qemuTool('arm64')).toMatchObject({ name: 'qemu-system-aarch64', package: 'qemu-system-arm' });
  });

  it('makes one install command, with each package once', () => {
    const some = tools.filter((tool) => ['losetup', 'mount', 'mmdebstrap'].includes(tool.name));
    expect(installCommand(packagesOf(some))).toBe(
      'sudo apt-get update && sudo apt-get install -y --no-install-recommends mmdebstrap mount',
    );
  });
});

describe('a tool’s version', () => {
  const shell = { name: 'sh', package: 'dash', purpose: 'runs scripts', neededFor: 'bench' } as const;

  it('is its package’s, without starting it', async () => {
    const state = await toolState(shell, new Map([['dash', '0.5.12-2']]), nothingRuns);
    expect(state).toMatchObject({ version: '0.5.12-2', path: expect.stringMatching(/\/sh$/) as string });
  });

  it('is asked for where no package tells', async () => {
    const run = () => Promise.resolve({ stdout: 'a shell, version 5.2.15', stderr: '', exitCode: 0 });
    expect((await toolState(shell, new Map(), { run })).version).toBe('5.2.15');
  });

  it('is absent, and so is its path, where it is not installed', async () => {
    const tool = { ...shell, name: 'no-such-command' };
    expect(await toolState(tool, new Map([['dash', '0.5.12-2']]), nothingRuns)).toEqual({ tool });
  });

  it.each([
    ['QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)\nCopyright', '7.2.22'],
    ['systemd 252 (252.39-1~deb12u2)', '252'],
    ['mmdebstrap 1.3.5', '1.3.5'],
    ['losetup from util-linux 2.38.1', '2.38.1'],
    ['Chromium 142.0.7444.59 built on Debian', '142.0.7444.59'],
    ['no version', undefined],
    ['', undefined],
  ])('is read from %j', (output, version) => {
    expect(parseVersion(output)).toBe(version);
  });
});

describe('findTool', () => {
  it('gives the path of a command', () => {
    expect(findTool('sh')).toMatch(/\/sh$/);
  });

  it('says of a command that is not there how to get it', () => {
    expect(() => findTool('no-such-command')).toThrow(expect.objectContaining({ code: 'missing-tool' }));
  });
});
