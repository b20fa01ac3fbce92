import { describe, expect } from 'vitest';
import { parseChoice, parseCpuInfo, parseDistribution } from '../../../harness/parse/host-facts.ts';
import { parseMeminfo, parseHugePages } from '../../../harness/parse/meminfo.ts';
import { parseDpkgStatus } from '../../../harness/host/dpkg.ts';
import { parseVersion } from '../../../harness/host/tools.ts';
import { clockArguments } from '../../../harness/runtimes/qemu-clock.ts';
import { mapsOwnRange } from '../../../harness/runtimes/user-namespace.ts';
import { drawn, holds, lists, oddText, staysQuick, type Draw, same } from '../../support/property.ts';

const oneLine = (draw: Draw, most = 6): string => oddText(draw, most).replaceAll(/[\r\n]/g, '');

describe('os-release', () => {
  const file = drawn((draw) => ({
    name: oneLine(draw),
    junk: draw.some(3, () => `X${oneLine(draw)}`),
    crlf: draw.chance(0.2),
  }));

  holds('gives the name as a shell reads it', file, ({ name, junk, crlf }) => {
    const quoted = `"${name.replace(/[$"`\\]/g, '\\$&')}"`;
    const text = [...junk, `PRETTY_NAME=${quoted}`, 'NAME=fallback'].join(crlf ? '\r\n' : '\n');
    same(parseDistribution(text), name === '' ? 'fallback' : name);
  });

  staysQuick('text', ['PRETTY_NAME="', "NAME='", 'ID='], parseDistribution);
});

describe('/proc/cpuinfo', () => {
  const file = drawn((draw) => ({
    model: draw.of(['Intel(R) Xeon(R)', 'AMD EPYC 7B13', 'QEMU TCG CPU version 2.5+']),
    flags: ['fpu', draw.of(['vmx', 'svm', 'x2apic']), draw.of(['hypervisor', 'hypervisorx'])],
    junk: draw.some(3, () => `x${oneLine(draw)}`),
    mhz: draw.int(100_000, 9_999_999) / 1000,
  }));

  holds('gives model and flags of the first CPU', file, ({ model, flags, junk, mhz }) => {
    const text = [
      ...junk,
      `model name\t: ${model}`,
      `flags\t\t: ${flags.join(' ')} tsc_known_freq pae`,
      `cpu MHz\t\t: ${mhz}`,
      'model name\t: other',
    ].join('\n');
    const found = parseCpuInfo(text);
    same(found.model, model);
    same(found.hypervisor, flags.includes('hypervisor'));
    same(
      found.virtualizationFlag,
      flags.find((flag) => flag === 'vmx' || flag === 'svm'),
    );
    expect(clockArguments('microvm', 'tcg', text)).toContain(`tsc_early_khz=${Math.round(mhz * 1000)}`);
  });

  staysQuick(
    'text',
    ['model name', 'model name\t: ', 'flags\t: ', 'cpu MHz\t: ', 'flags:: tsc_known_freq'],
    (text) => [parseCpuInfo(text), clockArguments('microvm', 'tcg', text)],
  );
});

describe('/proc/meminfo', () => {
  const file = drawn((draw) => ({
    kib: draw.int(0, 2 ** 40),
    pages: draw.int(0, 2 ** 30),
    junk: draw.some(3, () => `x${oneLine(draw)}`),
  }));

  holds('gives a field by its name, and huge pages in bytes and counts', file, ({ kib, pages, junk }) => {
    const text = [
      ...junk,
      `MemTotal:   ${kib} kB`,
      `HugePages_Total:  ${pages}`,
      `HugePages_Free:  ${pages}`,
      'Hugepagesize:    2048 kB',
    ].join('\n');
    same(parseMeminfo(text).get('MemTotal'), kib * 1024);
    expect(parseMeminfo(text).has('MemAvailable')).toBe(false);
    same(parseHugePages(text), { pageBytes: 2 ** 21, total: pages, available: pages });
  });

  staysQuick('text', ['MemTotal:', 'MemTotal: 1'], (text) => [parseMeminfo(text), parseHugePages(text)]);
});

describe('a choice of sysfs', () => {
  const words = drawn((draw) => ({
    choice: draw.of(['always', 'madvise', 'never']),
    odd: oddText(draw).replaceAll(/[[\]]/g, ''),
  }));

  holds('is the word in brackets', words, ({ choice, odd }) => {
    same(parseChoice(`${odd} [${choice}] ${odd}`), choice);
    expect(parseChoice(odd)).toBeUndefined();
  });

  staysQuick('text', ['[', '[a'], parseChoice);
});

describe('dpkg’s status', () => {
  const paragraphs = lists(5, (draw) => ({
    name: draw.of(['systemd', 'qemu-utils', 'constructor', '__proto__']),
    version: `${draw.int(0, 999)}~deb12u1`,
    status: draw.of([
      'install ok installed',
      'deinstall ok config-files',
      'install ok half-installed',
      'hold ok installed',
    ]),
    description: oddText(draw),
  }));

  holds('has what is installed, with its version', paragraphs, (some) => {
    const text = some
      .map(
        ({ name, version, status, description }) =>
          `Package: ${name}\nStatus: ${status}\nVersion: ${version}\nDescription: ${description}\n  Package: no\n`,
      )
      .join('\n');
    const installed = some.filter(({ status }) => status.endsWith(' installed'));
    same(parseDpkgStatus(text), new Map(installed.map(({ name, version }) => [name, version])));
  });

  staysQuick(
    'text',
    ['Package: ', 'Package: a\nVersion: 1\nStatus: install ok installed\n'],
    parseDpkgStatus,
  );
});

describe('a tool’s version', () => {
  const said = drawn((draw) => ({
    version: `${draw.int(0, 99)}.${draw.int(0, 99)}.${draw.int(0, 99)}`,
    before: draw.of(['QEMU emulator version ', '', 'v', 'podman version ', 'runc (']),
    odd: oddText(draw),
  }));

  holds('is the first thing in its first line that looks like one', said, ({ version, before, odd }) => {
    same(parseVersion(`${before}${version}, ${odd}`), version);
    const found = parseVersion(odd);
    if (found !== undefined) expect(odd).toContain(found);
  });

  staysQuick('text', ['v1', 'v1.1', ' 1'], parseVersion);
});

describe('id maps', () => {
  const lines = lists(4, (draw) => ({
    first: draw.int(0, 2 ** 31),
    count: draw.int(0, 2 ** 32),
    odd: `x${oneLine(draw)}`,
  }));

  holds('hold the range, or do not', lines, (some) => {
    const text = some
      .map(({ first, count, odd }) => `${String(first).padStart(10)}  0 ${count}\n${odd}\n`)
      .join('');
    const isMapped = some.some(
      ({ first, count }) => first <= 1_000_000_000 && 1_000_065_536 <= first + count,
    );
    same(mapsOwnRange(text), isMapped);
  });

  staysQuick('text', ['0 0 '], mapsOwnRange);
});
