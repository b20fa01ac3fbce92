import { describe, expect, it } from 'vitest';
import { debianMirror, parseDeb822Sources, parseOneLineSources } from '../../../harness/image/apt-sources.ts';

const debianContainer = `Types: deb
# http://snapshot.debian.org/archive/debian/20250520T000000Z
URIs: http://deb.debian.org/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://deb.debian.org/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;

const installer = `#deb cdrom:[Debian GNU/Linux 12.5.0 _Bookworm_ - Official amd64 NETINST]/ bookworm main

deb http://security.debian.org/debian-security bookworm-security main non-free-firmware
deb-src http://ftp.de.debian.org/debian/ bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] http://ftp.de.debian.org/debian/ bookworm main non-free-firmware # local
`;

describe('the one-line format', () => {
  it('reads options, components and comments as apt does', () => {
    expect(parseOneLineSources(installer)).toEqual([
      {
        uri: 'http://security.debian.org/debian-security',
        suites: ['bookworm-security'],
        components: ['main', 'non-free-firmware'],
      },
      {
        uri: 'http://ftp.de.debian.org/debian/',
        suites: ['bookworm'],
        components: ['main', 'non-free-firmware'],
      },
    ]);
  });
});

describe('the deb822 format', () => {
  it('reads stanzas with comments between their fields', () => {
    expect(parseDeb822Sources(debianContainer).map(({ uri }) => uri)).toEqual([
      'http://deb.debian.org/debian',
      'http://deb.debian.org/debian-security',
    ]);
  });

  it('reads lines that end in CR LF, as apt does', () => {
    const stanza = 'Types: deb\r\nURIs: http://a/debian\r\nSuites: trixie\r\nComponents: main\r\n';
    expect(parseDeb822Sources(`${stanza}\r\n${stanza}`).map(({ uri }) => uri)).toEqual([
      'http://a/debian',
      'http://a/debian',
    ]);
  });

  it('leaves out what is disabled and what gives only sources', () => {
    const text =
      'Types: deb-src\nURIs: http://a/debian\nSuites: sid\n\nEnabled: no\nTypes: deb\nURIs: http://b/debian\nSuites: sid\n';
    expect(parseDeb822Sources(text)).toEqual([]);
  });

  it('reads values that go on over several lines, and a key that holds blank lines as " ."', () => {
    const text = `Types: deb deb-src
URIs: http://a.example/debian
  http://b.example/debian
Suites: trixie
Components:
 main
 contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mDMEZ
 -----END PGP PUBLIC KEY BLOCK-----
`;
    expect(parseDeb822Sources(text)).toEqual([
      { uri: 'http://a.example/debian', suites: ['trixie'], components: ['main', 'contrib'] },
      { uri: 'http://b.example/debian', suites: ['trixie'], components: ['main', 'contrib'] },
    ]);
  });
});

describe("the host's Debian mirror", () => {
  it('is the main archive, not the security one', () => {
    expect(debianMirror(parseDeb822Sources(debianContainer))).toBe('http://deb.debian.org/debian');
    expect(debianMirror(parseOneLineSources(installer))).toBe('http://ftp.de.debian.org/debian');
  });

  it("is found behind the mirror list of Debian's own cloud images", () => {
    const sources = parseDeb822Sources(
      'Types: deb deb-src\nURIs: mirror+file:///etc/apt/mirrors/debian.list\nSuites: trixie trixie-updates\nComponents: main\n',
    );
    const lists: Record<string, string> = {
      '/etc/apt/mirrors/debian.list': 'https://cdn-aws.deb.debian.org/debian\tpriority:1\n',
    };
    expect(debianMirror(sources, (file) => lists[file])).toBe('https://cdn-aws.deb.debian.org/debian');
  });

  it('does not exist on a host of another distribution, nor among third parties', () => {
    const ubuntu = 'Types: deb\nURIs: http://archive.ubuntu.com/ubuntu/\nSuites: noble\nComponents: main\n';
    const thirdParty = 'deb https://packages.cloud.google.com/apt cloud-sdk-bookworm main\n';
    expect(debianMirror([...parseDeb822Sources(ubuntu), ...parseOneLineSources(thirdParty)])).toBeUndefined();
  });

  it('is not a backport or a vendor that calls its folder debian', () => {
    const text = `deb https://download.docker.com/linux/debian bookworm stable
deb http://backports.example/debian bookworm-backports main
`;
    expect(debianMirror(parseOneLineSources(text))).toBeUndefined();
  });
});
