import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { chmod, copyFile, rename, statfs, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { hostError, runError } from '../../core/error.ts';
import { formatBytes, formatMs, GIB } from '../../core/units.ts';
import type { HostContext } from '../../harness/host/context.ts';
import { bootstrap } from '../../harness/image/bootstrap.ts';
import { whileBuilding } from '../../harness/image/build-lock.ts';
import { cacheFolder } from '../../core/cache-folder.ts';
import { readAptAccess } from '../../harness/image/host-apt.ts';
import { copyKernel, measureTree, mkfsArguments } from '../../harness/image/pack.ts';
import { applyBootMode } from '../../harness/image/boot-mode.ts';
import { inBuildFolder, sweepTemporaries } from '../../harness/image/temporary.ts';
import { removeTree } from '../../harness/process/remove-tree.ts';
import { runInTree } from '../../harness/image/tree.ts';
import { hostClock, msSince } from '../../core/clock.ts';
import { emulatorIn, takeEmulator, type Emulator } from './emulator.ts';
import { labId, labRecipe, places, type LabHost, type LabRecipe } from './recipe.ts';

/** A lab host in the cache: what it is booted with and from, and the key that opens it. */
export interface LabImage {
  emulator: Emulator;
  disk: string;
  kernel: string;
  initrd: string;
  /** Xen, unpacked as a multiboot loader wants it; of a lab with KVM there is none. */
  hypervisor: string;
  /** Private key for root's SSH; made with the lab, for nothing else. */
  key: string;
}

/** Sparse: what is not written takes no room. */
const DISK_BYTES = 16 * GIB;
/** The tree that is bootstrapped, the disk made from it, and packages while they are unpacked. */
const BUILD_BYTES = 5 * GIB;

type Note = (message: string) => void;

/**
 * Builds the lab host, or takes the cached one. Needs root, and the network for a build alone. A build that is
 * interrupted leaves nothing; where another process is building the same one, waits for it.
 * Errors: `disk-full`, `mirror-unreachable`, `missing-keyring` (host); `bootstrap-failed`, `lab-build-failed`,
 * `interrupted` (run).
 */
export async function buildLab(host: HostContext, kind: LabHost, note: Note): Promise<LabImage> {
  const recipe = labRecipe(kind);
  const folder = join(cacheFolder(), 'labs', labId(recipe));
  const onWait = (pid: number): void => note(`lab: process ${pid} is building it, waiting`);
  return whileBuilding(folder, { signal: host.signal, onWait }, async () => {
    if (!existsSync(folder)) await build(host, recipe, folder, note);
    return imageIn(folder);
  });
}

const EMULATOR = 'emulator';

function imageIn(folder: string): LabImage {
  const file = (name: string): string => join(folder, name);
  return {
    emulator: emulatorIn(file(EMULATOR)),
    disk: file('disk.raw'),
    kernel: file('vmlinuz'),
    initrd: file('initrd.img'),
    hypervisor: file('xen'),
    key: file('key'),
  };
}

async function build(host: HostContext, recipe: LabRecipe, folder: string, note: Note): Promise<void> {
  const parent = dirname(folder);
  mkdirSync(parent, { recursive: true });
  await sweepTemporaries(host.runner, parent);
  await requireRoom(parent);
  const apt = await readAptAccess(host.runner);
  note(`lab: building a Debian ${recipe.suite} host from ${apt.mirror}, once, in two to four minutes`);
  const startNs = hostClock.nowNs();
  await inBuildFolder(
    host.cleanup,
    async (draft) => {
      const tree = join(draft, 'tree');
      const temporaryFolder = join(draft, 'tmp');
      mkdirSync(temporaryFolder);
      const request = { recipe, apt, tree, temporaryFolder, signal: host.signal, onLine: () => undefined };
      await bootstrap(request, host.runner);
      await removeTree(temporaryFolder, host.runner);
      note(`lab: installed after ${formatMs(msSince(startNs))}`);
      const image = imageIn(draft);
      await makeKey(host, image.key);
      await adapt(host, tree, recipe, `${image.key}.pub`);
      await copyKernel(tree, image.kernel, image.initrd);
      await copyHypervisor(tree, image.hypervisor);
      await takeEmulator(host, tree, join(draft, EMULATOR));
      await packDisk(host, tree, image.disk);
      await removeTree(tree, host.runner);
      await rename(draft, folder);
    },
    parent,
  );
  note(`lab: built in ${formatMs(msSince(startNs))}`);
}

async function requireRoom(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes >= BUILD_BYTES) return;
  throw hostError(
    'disk-full',
    `the lab takes ${formatBytes(BUILD_BYTES)} to build, and ${folder} has ${formatBytes(freeBytes)} free`,
    { hint: 'free some, or name another place: XDG_CACHE_HOME=/FOLDER' },
  );
}

/** Xen's file is packed by gzip, which QEMU's multiboot loader does not know. */
async function copyHypervisor(tree: string, file: string): Promise<void> {
  const [packed] = readdirSync(join(tree, 'boot')).filter((name) => /^xen-.*\.gz$/.test(name));
  if (packed === undefined) return;
  await pipeline(createReadStream(join(tree, 'boot', packed)), createGunzip(), createWriteStream(file));
}

async function makeKey({ runner }: HostContext, file: string): Promise<void> {
  await runner.run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'twinboot-lab', '-f', file]);
}

/** What is not the packages' own: files, root's key, units, and the work of a first boot. */
async function adapt(host: HostContext, tree: string, recipe: LabRecipe, publicKey: string): Promise<void> {
  for (const [path, content] of Object.entries(recipe.files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
  }
  for (const place of Object.values(places)) mkdirSync(join(tree, place), { recursive: true });
  mkdirSync(join(tree, 'root/.ssh'), { recursive: true, mode: 0o700 });
  await copyFile(publicKey, join(tree, 'root/.ssh/authorized_keys'));
  await inTree(host, tree, ['/usr/bin/passwd', '--delete', 'root']);
  await inTree(host, tree, ['/usr/bin/systemctl', 'enable', 'systemd-networkd.service', 'ssh.service']);
  await inTree(host, tree, ['/usr/bin/systemctl', 'mask', ...recipe.maskedUnits]);
  await applyBootMode({ tree, isForeign: false }, 'settled', host);
}

async function inTree(host: HostContext, tree: string, command: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await runInTree(tree, command, host);
  if (exitCode === 0) return;
  throw runError('lab-build-failed', `${command.join(' ')} failed in the lab's tree: ${stderr.trim()}`);
}

async function packDisk({ runner, signal }: HostContext, tree: string, disk: string): Promise<void> {
  const inodes = measureTree(tree).entries + 200_000;
  await writeFile(disk, '');
  await truncate(disk, DISK_BYTES);
  await runner.run('mkfs.ext4', mkfsArguments(tree, disk, inodes), { signal });
  await chmod(disk, 0o444);
}
