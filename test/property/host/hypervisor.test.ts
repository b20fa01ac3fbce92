import { describe, expect } from 'vitest';
import { decideHypervisor } from '../../../harness/host/hypervisor.ts';
import { canonicalService } from '../../../harness/host/service-names.ts';
import { hypervisorText } from '../../../results/virtualization.ts';
import { unitsOf } from '../../../harness/host/host-services.ts';
import { drawn, holds, oddText, staysQuick, same } from '../../support/property.ts';

describe('what a host says of its hypervisor', () => {
  const WORDS = ['kvm', 'none', 'constructor', 'toString', '__proto__', 'qemu', ''];
  const readings = drawn((draw) => ({
    arch: draw.of(['x64', 'arm64', oddText(draw, 1)]),
    cpuinfo: `model name : ${oddText(draw)}\nflags : ${draw.of(['hypervisor', 'x'])}`,
    cpuid: Buffer.concat([
      Buffer.alloc(4),
      Buffer.from(draw.of(['KVMKVMKVM', 'constructor', 'toString', oddText(draw)])),
      Buffer.alloc(12),
    ]).subarray(0, 16),
    detectVirt: { stdout: `${draw.of([...WORDS, oddText(draw)])}\n`, exitCode: draw.of([0, 1, undefined]) },
    sysHypervisor: draw.of(['xen', oddText(draw)]),
    lscpu: `Hypervisor vendor:     ${draw.of(['KVM', 'constructor', oddText(draw)])}\nVirtualization type:   full\n`,
    dmi: { vendor: oddText(draw), product: draw.of(['KVM', oddText(draw)]) },
  }));

  holds('is one of those that twinboot knows, or nothing', readings, (said) => {
    const found = decideHypervisor(said);
    if (found === undefined) return;
    expect(found).toMatch(/^[a-z-]+$/);
    expect(hypervisorText(found)).toBeTypeOf('string');
    if (said.cpuid.toString('latin1', 4, 13) === 'KVMKVMKVM') same(found, 'kvm');
  });

  staysQuick('text', ['model name : ', 'Hypervisor vendor: ', ' '], (text) =>
    decideHypervisor({ arch: 'x64', cpuinfo: text, lscpu: text, sysHypervisor: text, dmi: { vendor: text } }),
  );
});

describe('a service’s canonical name', () => {
  const unit = drawn((draw) =>
    draw.of(['ssh', 'constructor', 'toString', '__proto__', 'hasOwnProperty', oddText(draw, 3)]),
  );

  holds('is text, the same for every instance of a template', unit, (name) => {
    const plain = name.replaceAll(/[@\n\r\u2028]/g, '').replace(/\.service$/, '');
    expect(canonicalService(`${plain}.service`)).toBeTypeOf('string');
    same(canonicalService(`${plain}@a.service`), canonicalService(`${plain}@b.service`));
    if (/^(constructor|toString|__proto__|hasOwnProperty)$/.test(plain))
      same(canonicalService(`${plain}.service`), plain);
  });

  staysQuick('text', ['@', 'a@'], canonicalService);
});

describe('the unit of a host’s process', () => {
  const file = drawn((draw) => ({
    line: draw.of(['0:', '1:name=systemd', '12:name=systemd']),
    junk: draw.some(3, () => `5:cpu:/${oddText(draw, 3)}`),
  }));

  holds('is read from its line of /proc/PID/cgroup', file, ({ line, junk }) => {
    const lines = [
      ...junk.map((text) => text.replaceAll(/[\n\r\u2028]/g, '')),
      `${line}:/system.slice/dbus.service`,
    ];
    same(unitsOf({ cgroup: lines.join('\n') }), ['dbus']);
  });

  staysQuick('text', ['0::/', '1:name=systemd:/'], (cgroup) => unitsOf({ cgroup }));
});
