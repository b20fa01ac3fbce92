import { describe, expect, it } from 'vitest';
import {
  domainIdIn,
  freeXenBytes,
  linesOfDomain,
  parseVcpuTimes,
  parseXentopMemory,
  parseXlInfo,
} from '../../../harness/parse/xen.ts';

const MIB = 1024 * 1024;

describe('xl info', () => {
  // Xen 4.20 of Debian 13, cut.
  const info = parseXlInfo(`host                   : lab
virt_caps              : pv hvm hap shadow gnttab-v1
free_memory            : 5036
xen_version            : 4.20.5-pre
xen_caps               : xen-3.0-x86_64 hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 
xen_commandline        : dom0_mem=3G,max:3G console=com1 com1=115200,8n1
xen_changeset          : 
`);

  it('is fields with what they say, colons in it too', () => {
    expect(info.get('xen_version')).toBe('4.20.5-pre');
    expect(info.get('xen_commandline')).toBe('dom0_mem=3G,max:3G console=com1 com1=115200,8n1');
    expect(info.get('xen_changeset')).toBe('');
  });

  it('gives the free memory in bytes, and none where it says no number', () => {
    expect(freeXenBytes(info)).toBe(5036 * MIB);
    expect(freeXenBytes(parseXlInfo('free_memory            : much\n'))).toBeUndefined();
    expect(freeXenBytes(parseXlInfo(''))).toBeUndefined();
  });
});

describe('xentop', () => {
  const text = `              NAME  STATE   CPU(sec) CPU(%)     MEM(k) MEM(%)  MAXMEM(k) MAXMEM(%) VCPUS NETS NETTX(k) NETRX(k) VBDS   VBD_OO   VBD_RD   VBD_WR  VBD_RSECT  VBD_WSECT SSID
          Domain-0 -----r        535    0.0    3145728   37.5    3145728      37.5     1    0        0        0    0        0        0        0          0          0    0
twinboot-6be7-r1-1 -----r         54    0.0     524344    6.3     525312       6.3     1    0        0        0    0        0        0        0          0          0    0
`;

  it('has what a domain was given', () => {
    expect(parseXentopMemory(text, 'twinboot-6be7-r1-1')).toBe(524_344 * 1024);
  });

  it('says nothing of a domain that is not there, nor of one whose name begins alike', () => {
    expect(parseXentopMemory(text, 'twinboot-6be7')).toBeUndefined();
    expect(parseXentopMemory('', 'Domain-0')).toBeUndefined();
  });
});

describe('xl vcpu-list', () => {
  const head = 'Name                                ID  VCPU   CPU State   Time(s) Affinity (Hard / Soft)';

  it('adds up what the virtual CPUs have run, one that is paused among them', () => {
    const rows = [
      'twinboot-6be7-r1-1                   3     0    1   r--      54.6  all / all',
      'twinboot-6be7-r1-1                   3     1    -   --p       0.4  all / all',
    ];
    expect(parseVcpuTimes([head, ...rows, ''].join('\n'))).toBe(55_000);
  });

  it('knows nothing where there is no row', () => {
    expect(parseVcpuTimes(`${head}\n`)).toBeUndefined();
  });
});

describe('the number of a domain', () => {
  const console = '[  13334.973] Waiting for domain twinboot-8300-r1-1 (domid 2) to die [pid 697]\n';

  it('is what xl says of the domain of that name', () => {
    expect(domainIdIn(console, 'twinboot-8300-r1-1')).toBe(2);
    expect(domainIdIn(console, 'twinboot-8300-r1')).toBeUndefined();
    expect(domainIdIn('', 'twinboot-8300-r1-1')).toBeUndefined();
  });

  it('finds the hypervisor’s lines about it, and not those of domains whose number begins alike', () => {
    const dmesg = ['(XEN) d2v0: upcall vector f3', '(d2) Poking KASLR', '(XEN) d21v0: upcall vector f3'];
    const crash = '(XEN) Domain 2 (vcpu#0) crashed on cpu#1:';
    expect(linesOfDomain([...dmesg, crash].join('\n'), 2)).toEqual([dmesg[0], dmesg[1], crash]);
  });
});
