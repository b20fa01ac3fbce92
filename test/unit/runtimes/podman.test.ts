import { describe, expect, it } from 'vitest';
import { chooseOci, ociToInstall, podmanArguments } from '../../../harness/runtimes/podman.ts';

const boot = {
  name: 'twinboot-ab12-r1-1',
  folder: '/var/tmp/twinboot-1/r1-1',
  runFolder: '/run/twinboot-podman-1',
  root: '/var/tmp/twinboot-1/r1-1/root',
  channelFolder: '/var/tmp/twinboot-1/r1-1/channel',
  cgroup: { name: 'twinboot-ab12-r1-1' },
};
const ulimits = ['nofile=20000:20000', 'nproc=32768:32768'];

describe('the command line of a Podman container', () => {
  it('keeps everything below the boot’s folder and group, and boots the image’s own init', () => {
    const args = podmanArguments(boot, { oci: 'runc', userns: 'off', ulimits });
    expect(args.join('\n')).toMatchInlineSnapshot(`
      "--root=/var/tmp/twinboot-1/r1-1/storage
      --runroot=/run/twinboot-podman-1
      --tmpdir=/var/tmp/twinboot-1/r1-1/tmp
      --network-config-dir=/var/tmp/twinboot-1/r1-1/networks
      --storage-driver=vfs
      --events-backend=none
      --cgroup-manager=cgroupfs
      --runtime=runc
      --runtime-flag=root=/var/tmp/twinboot-1/r1-1/oci
      run
      --rm
      --name=twinboot-ab12-r1-1
      --hostname=twinboot-ab12-r1-1
      --systemd=always
      --tty
      --log-driver=none
      --network=none
      --no-hosts
      --cgroups=no-conmon
      --cgroup-parent=/twinboot-ab12-r1-1
      --pids-limit=-1
      --ulimit=nofile=20000:20000
      --ulimit=nproc=32768:32768
      --volume=/var/tmp/twinboot-1/r1-1/channel:/run/twinboot
      --rootfs
      /var/tmp/twinboot-1/r1-1/root
      /sbin/init"
    `);
  });

  it('maps root to an id of nobody with userns=on', () => {
    const args = podmanArguments(boot, { oci: 'crun', userns: 'on', ulimits });
    expect(args).toContain('--uidmap=0:1000000000:65536');
    expect(args).toContain('--gidmap=0:1000000000:65536');
  });
});

describe('the OCI runtime', () => {
  const all = () => true;

  it('is crun where the host’s cgroups allow it, else runc', () => {
    expect(chooseOci({ oci: 'auto', userns: 'off' }, 'v2', all)).toBe('crun');
    expect(chooseOci({ oci: 'auto', userns: 'off' }, 'v1', all)).toBe('crun');
    expect(chooseOci({ oci: 'auto', userns: 'off' }, 'hybrid', all)).toBe('runc');
  });

  it('is whichever of the two is installed', () => {
    expect(chooseOci({ oci: 'auto', userns: 'off' }, 'v2', (name) => name === 'runc')).toBe('runc');
    expect(chooseOci({ oci: 'auto', userns: 'off' }, 'v2', () => false)).toEqual({
      ok: false,
      reason: 'crun or runc is not installed',
      fix: 'apt-get install crun',
    });
  });

  it('is installed with --install where none that serves is there', () => {
    expect(ociToInstall({ oci: 'auto', userns: 'off' }, 'hybrid', (name) => name === 'crun')).toEqual([
      'runc',
    ]);
    expect(ociToInstall({ oci: 'auto', userns: 'off' }, 'v2', () => false)).toEqual(['crun']);
    expect(ociToInstall({ oci: 'auto', userns: 'off' }, 'v2', (name) => name === 'runc')).toEqual([]);
    expect(ociToInstall({ oci: 'auto', userns: 'on' }, 'v2', (name) => name === 'runc')).toEqual(['crun']);
  });

  it('is refused by name where it cannot work', () => {
    expect(chooseOci({ oci: 'crun', userns: 'off' }, 'hybrid', all)).toEqual({
      ok: false,
      reason: 'crun does not run on a host with hybrid cgroups',
      fix: '--runtime podman:oci=runc, or boot the host with systemd.unified_cgroup_hierarchy=1',
    });
    expect(chooseOci({ oci: 'runc', userns: 'off' }, 'v2', (name) => name === 'crun')).toMatchObject({
      fix: 'apt-get install runc',
    });
  });

  it('with a user namespace is crun, since runc hands such a container no group of its own', () => {
    expect(chooseOci({ oci: 'auto', userns: 'on' }, 'v2', all)).toBe('crun');
    expect(chooseOci({ oci: 'auto', userns: 'on' }, 'v2', (name) => name === 'runc')).toEqual({
      ok: false,
      reason: 'crun is not installed',
      fix: 'apt-get install crun',
    });
    expect(chooseOci({ oci: 'runc', userns: 'on' }, 'v2', all)).toEqual({
      ok: false,
      reason:
        'runc hands a container with a user namespace no control group of its own, unless systemd makes it',
      fix: '--runtime podman:userns=on, which takes crun',
    });
  });
});
