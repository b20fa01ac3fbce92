import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cacheFolder } from '../../../core/cache-folder.ts';
import { packageRoot } from '../../../core/package-root.ts';
import { startedCommand } from '../../../harness/runtimes/started-command.ts';

const program = '#!/usr/bin/perl\nuse strict;\nexec @ARGV;\n';

function started(bootId: string, pid: number) {
  const workFolder = `/var/tmp/twinboot-${pid}-abcdef`;
  const imageFolder = join(cacheFolder(), 'images/0123456789abcdef');
  return startedCommand(
    {
      words: [
        'qemu-system-x86_64',
        `file=${workFolder}/${bootId}/disk.qcow2`,
        `${imageFolder}/vmlinuz`,
        `--machine=twinboot-${bootId}`,
        `--user=/proc/${pid}/ns/user`,
        join(packageRoot(), 'harness/runtimes/id-map.pl'),
        join(homedir(), 'firmware'),
        program,
      ],
      environment: { TMPDIR: `${workFolder}/${bootId}/guest-ram` },
    },
    { bootId, workFolder, imageFolder },
  );
}

it('names what differs between boots, hosts and users', () => {
  expect(started('9f2c-r1-2', 4711)).toEqual({
    words: [
      'qemu-system-x86_64',
      'file=<boot folder>/disk.qcow2',
      '<image folder>/vmlinuz',
      '--machine=twinboot-<boot>',
      '--user=/proc/<pid>/ns/user',
      '<twinboot>/harness/runtimes/id-map.pl',
      '<home>/firmware',
      expect.stringMatching(/^<3 lines, SHA-256 [0-9a-f]{12}>$/) as string,
    ],
    environment: { TMPDIR: '<boot folder>/guest-ram' },
  });
});

it('is the same for every boot', () => {
  expect(started('9f2c-r1-2', 4711)).toEqual(started('77aa-d1-1-12', 815));
});
