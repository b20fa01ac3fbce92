import { describe, expect, it } from 'vitest';
import { xenConfig, type XenBoot } from '../../../harness/runtimes/xen-config.ts';

const boot: XenBoot = {
  name: 'twinboot-1',
  type: 'pvh',
  memoryBytes: 512 * 1024 * 1024,
  cpus: 2,
  kernel: '/cache/vmlinux',
  initrd: '/cache/initrd',
  disk: '/work/disk.qcow2',
  agentSocket: '/work/agent',
  append: '',
  cpuid: '',
};

describe('the configuration of a domain', () => {
  it('is what xl.cfg(5) documents, with everything that ends a domain destroying it', () => {
    expect(xenConfig(boot)).toMatchInlineSnapshot(`
      "name = "twinboot-1"
      type = "pvh"
      memory = 512
      maxmem = 512
      vcpus = 2
      shadow_memory = 6
      kernel = "/cache/vmlinux"
      ramdisk = "/cache/initrd"
      extra = "root=/dev/xvda rw console=hvc0 loglevel=6 panic=-1"
      disk = [ "format=qcow2,vdev=xvda,access=rw,backendtype=qdisk,target=/work/disk.qcow2" ]
      channel = [ "connection=socket,path=/work/agent,name=twinboot.agent" ]
      vif = [ ]
      on_poweroff = "destroy"
      on_reboot = "destroy"
      on_crash = "destroy"
      on_watchdog = "destroy"
      "
    `);
  });

  it('holds a text with one kind of quotation marks, and refuses one with both, since there are no escapes', () => {
    expect(xenConfig({ ...boot, append: 'a="b c"' })).toContain(`panic=-1 a="b c"'`);
    expect(() => xenConfig({ ...boot, append: `a="b" c='d'` })).toThrow(/quotation marks|cannot hold/);
    expect(() => xenConfig({ ...boot, append: 'a\nb = 1' })).toThrow(/cannot hold/);
  });

  it('gives a domain a CPU policy where one was asked for', () => {
    expect(xenConfig({ ...boot, cpuid: 'host,rdtscp=0' })).toContain('cpuid = "host,rdtscp=0"\n');
  });
});
