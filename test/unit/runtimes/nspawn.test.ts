import { describe, expect, it } from 'vitest';
import { nspawnArguments } from '../../../harness/runtimes/nspawn.ts';

describe('the command line of a container', () => {
  it('boots its own init, takes nothing from the host, and has the agent’s FIFOs at /run/twinboot', () => {
    const args = nspawnArguments({
      root: '/var/tmp/twinboot-1/r1-1/root',
      machine: 'twinboot-ab12-r1-1',
      channelFolder: '/var/tmp/twinboot-1/r1-1/channel',
    });
    expect(args.join('\n')).toMatchInlineSnapshot(`
      "--directory=/var/tmp/twinboot-1/r1-1/root
      --boot
      --machine=twinboot-ab12-r1-1
      --private-network
      --register=no
      --keep-unit
      --console=read-only
      --settings=no
      --link-journal=no
      --resolv-conf=off
      --timezone=off
      --bind=/var/tmp/twinboot-1/r1-1/channel:/run/twinboot"
    `);
  });
});
