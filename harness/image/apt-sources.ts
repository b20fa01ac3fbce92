/** One source of packages, of either format of sources.list(5). */
export interface AptSource {
  uri: string;
  suites: string[];
  components: string[];
}

/** The one-line format (`/etc/apt/sources.list`, `*.list`): binary sources only, comments and deb-src left out. */
export function parseOneLineSources(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const withoutComment = line.replace(/#.*/s, '').trim();
    const match = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s*(.*)$/.exec(withoutComment);
    const [, uri, suite, components] = match ?? [];
    if (uri === undefined || suite === undefined) return [];
    return [{ uri, suites: [suite], components: words(components ?? '') }];
  });
}

/** The deb822 format (`*.sources`): binary sources only, disabled ones left out. */
export function parseDeb822Sources(text: string): AptSource[] {
  return stanzasOf(text).flatMap((stanza) => {
    const fields = parseStanza(stanza);
    const field = (name: string): string[] => words(fields.get(name)?.join(' ') ?? '');
    if (!field('types').includes('deb')) return [];
    if (['no', 'false', 'off', '0'].includes(field('enabled')[0]?.toLowerCase() ?? 'yes')) return [];
    return field('uris').map((uri) => ({ uri, suites: field('suites'), components: field('components') }));
  });
}

/** Lines may end in CR LF, as apt takes them; stanzas are set apart by blank lines. */
function stanzasOf(text: string): string[][] {
  const stanzas: string[][] = [[]];
  for (const line of text.split(/\r*\n/)) {
    if (line.trim() === '') stanzas.push([]);
    else stanzas.at(-1)?.push(line);
  }
  return stanzas;
}

/** Fields by their names in small letters, a line of a value each. */
function parseStanza(lines: readonly string[]): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  let last: string[] = [];
  for (const line of lines) {
    if (line.startsWith('#')) continue;
    if (/^[ \t]/.test(line)) {
      last.push(line.trim());
      continue;
    }
    const [, name, value] = /^([^\s:]+)\s*:(.*)$/s.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    last = [value.trim()];
    fields.set(name.toLowerCase(), last);
  }
  return fields;
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/**
 * The mirror of Debian's main archive among a host's sources. `undefined` where there is none, as on a host of
 * another distribution. `mirrorList` gives the text of a mirror list (apt-transport-mirror(1)), which Debian's own
 * cloud images use.
 */
export function debianMirror(
  sources: readonly AptSource[],
  mirrorList: (file: string) => string | undefined = () => undefined,
): string | undefined {
  for (const source of sources) {
    if (!isMainArchive(source)) continue;
    const mirror = resolveMirrorList(source.uri, mirrorList).find(isDebianArchive);
    if (mirror !== undefined) return mirror.replace(/(?<!\/)\/+$/, '');
  }
  return undefined;
}

function isMainArchive(source: AptSource): boolean {
  const isRelease = source.suites.some((suite) => !/[-/](security|updates|backports)/.test(suite));
  return isRelease && source.components.includes('main');
}

function resolveMirrorList(uri: string, mirrorList: (file: string) => string | undefined): string[] {
  const file = /^mirror\+file:(?:\/\/)?(\/.*)$/.exec(uri)?.[1];
  if (file === undefined) return [uri];
  return (mirrorList(file) ?? '').split('\n').map((line) => words(line)[0] ?? '');
}

function isDebianArchive(uri: string): boolean {
  return /^https?:\/\/.+\/debian\/*$/.test(uri) && URL.canParse(uri);
}
