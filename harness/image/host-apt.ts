import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hostError } from '../../core/error.ts';
import { namesIfThere, textIfThere } from '../../core/read-if-there.ts';
import type { ProcessRunner } from '../process/runner.ts';
import { debianMirror, parseDeb822Sources, parseOneLineSources, type AptSource } from './apt-sources.ts';

const FALLBACK_MIRROR = 'http://deb.debian.org/debian';

export interface AptAccess {
  mirror: string;
  /** File with the public keys of Debian's archive: no other key that the host's apt trusts is taken for Debian's. */
  keyring: string;
  /** For the environment of apt: the host's apt proxy, where apt has one set. */
  env: Record<string, string>;
}

/**
 * The mirror and the proxy that the host's own apt uses; where the host has no source of Debian's main archive,
 * deb.debian.org. `root` is the folder that holds `/etc/apt`. Errors: `missing-keyring` (host).
 */
export async function readAptAccess(
  runner: ProcessRunner,
  options: { mirror?: string | undefined; root?: string } = {},
): Promise<AptAccess> {
  const root = options.root ?? '/';
  const keyring = debianKeyring(root);
  const mirror =
    options.mirror ??
    debianMirror(readAptSources(root), (file) => textIfThere(join(root, file))) ??
    FALLBACK_MIRROR;
  const proxy = await aptProxy(mirror, runner);
  return { mirror, keyring, env: proxy === undefined ? {} : { http_proxy: proxy, https_proxy: proxy } };
}

function readAptSources(root: string): AptSource[] {
  const folder = join(root, 'etc/apt/sources.list.d');
  const files = namesIfThere(folder)
    .sort()
    .map((name) => join(folder, name));
  return [join(root, 'etc/apt/sources.list'), ...files].flatMap((file) => {
    const text = textIfThere(file) ?? '';
    if (file.endsWith('.sources')) return parseDeb822Sources(text);
    return file.endsWith('.list') ? parseOneLineSources(text) : [];
  });
}

/** Of the package debian-archive-keyring, in the formats that its versions have had. */
const keyrings = ['gpg', 'pgp'].map((type) => `usr/share/keyrings/debian-archive-keyring.${type}`);

/** Without Debian's public keys nothing that is downloaded can be verified. */
function debianKeyring(root: string): string {
  const found = keyrings.map((name) => join(root, name)).find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw hostError('missing-keyring', "this host does not have the public keys of Debian's archive", {
    hint: 'apt-get install debian-archive-keyring',
  });
}

/**
 * The proxy that apt.conf(5) names for the mirror: the one for its host, else what the detection command answers, else
 * the one for its scheme. `undefined` leaves apt to the environment that twinboot was started with.
 */
async function aptProxy(mirror: string, runner: ProcessRunner): Promise<string | undefined> {
  const { protocol, hostname } = new URL(mirror);
  const scope = `Acquire::${protocol.replace(':', '')}`;
  const { stdout } = await runner.run('apt-config', ['dump', '--format', '%f %v%n', 'Acquire']);
  const setting = (name: string): string | undefined => aptSetting(stdout, name);
  const detector = setting(`${scope}::Proxy-Auto-Detect`) ?? setting(`${scope}::ProxyAutoDetect`);
  const proxy =
    setting(`${scope}::Proxy::${hostname}`) ??
    (detector === undefined ? undefined : await detectProxy(detector, mirror, runner)) ??
    setting(`${scope}::Proxy`);
  // An empty variable also overrules the environment's own proxy, as DIRECT does.
  return proxy === 'DIRECT' ? '' : proxy;
}

/** Of `apt-config dump --format '%f %v%n'`, where names have no case; `undefined` where it is not set, or empty. */
export function aptSetting(dump: string, name: string): string | undefined {
  const line = dump.split('\n').find((text) => text.toLowerCase().startsWith(`${name.toLowerCase()} `));
  const value = line?.slice(name.length + 1).trim();
  return value === '' ? undefined : value;
}

async function detectProxy(
  command: string,
  mirror: string,
  runner: ProcessRunner,
): Promise<string | undefined> {
  const { stdout, exitCode } = await runner.run(command, [mirror], { allowFailure: true });
  const answer = stdout.trim();
  return exitCode === 0 && answer !== '' ? answer : undefined;
}
