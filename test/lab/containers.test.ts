import { beforeAll } from 'vitest';
import { describeRealBoots } from '../integration/real-boots.ts';
import { emulated } from './emulated.ts';
import { twinboot } from '../support/terminal.ts';

beforeAll(async () => {
  await twinboot(['image', 'build']);
});

describeRealBoots(
  [
    ...['namespaces', 'namespaces:userns=on', 'nspawn', 'nspawn:userns=on', 'nspawn:sys=rw'],
    ...['lxc', 'lxc:userns=on', 'lxc:sys=rw'],
    ...['podman:oci=crun', 'podman:oci=runc', 'podman:userns=on'],
  ].map((spec) => ({ spec, ...emulated })),
);
