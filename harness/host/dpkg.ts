import { textIfThere } from '../../core/read-if-there.ts';

const STATUS_FILE = '/var/lib/dpkg/status';

/**
 * Installed Debian packages and their versions, from dpkg's status file (deb822(5)); several architectures count once.
 */
export function parseDpkgStatus(status: string): Map<string, string> {
  const installed = new Map<string, string>();
  for (const paragraph of status.split('\n\n')) {
    const name = field(paragraph, 'Package');
    const version = field(paragraph, 'Version');
    const isInstalled = field(paragraph, 'Status')?.endsWith(' installed') ?? false;
    if (name !== undefined && version !== undefined && isInstalled) installed.set(name, version);
  }
  return installed;
}

/** Of a paragraph of deb822(5). */
export function field(paragraph: string, name: string): string | undefined {
  const line = paragraph.split('\n').find((text) => text.startsWith(`${name}: `));
  return line?.slice(name.length + 2);
}

/** This host's packages; empty where it has no dpkg. No process is started. */
export function installedPackages(): Map<string, string> {
  return parseDpkgStatus(textIfThere(STATUS_FILE) ?? '');
}
