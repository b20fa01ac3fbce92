import { describe, expect } from 'vitest';
import {
  debianMirror,
  parseDeb822Sources,
  parseOneLineSources,
  type AptSource,
} from '../../../harness/image/apt-sources.ts';
import { aptSetting } from '../../../harness/image/host-apt.ts';
import { parsePackages } from '../../../harness/image/packages.ts';
import {
  drawn,
  holds,
  lists,
  oddText,
  rows,
  saidBy,
  staysQuick,
  textOf,
  type Draw,
  same,
} from '../../support/property.ts';

function source(draw: Draw): AptSource {
  return {
    uri: draw.of([
      'http://deb.debian.org/debian',
      'mirror+file:/etc/apt/mirrors/x.list',
      'http://[::1]/debian//',
      'http://x/ubuntu',
    ]),
    suites: [draw.of(['bookworm', 'trixie', 'trixie-security'])],
    components: [['main'], ['main', 'contrib'], []][draw.int(0, 2)] ?? [],
  };
}

describe('sources of one line', () => {
  const list = rows<AptSource>(
    (draw) => {
      const says = source(draw);
      const options = draw.of(['', '[arch=amd64 signed-by=/x] ', '[ trusted=yes ]  ']);
      const end = draw.of(['', ' # a comment', '\r', '  ']);
      return {
        text: `deb  ${options}${says.uri} ${says.suites.join('')}  ${says.components.join(' ')}${end}`,
        says,
      };
    },
    (line) => /^\s*deb\s/.test(line),
    5,
  );

  holds('are read exactly', list, (lines) => {
    same(parseOneLineSources(textOf(lines)), saidBy(lines));
  });

  staysQuick('text', ['deb ', 'deb [', 'deb http://x '], parseOneLineSources);
});

describe('sources in stanzas', () => {
  const file = lists(4, (draw) => {
    const says = source(draw);
    const enabled = draw.of([undefined, 'yes', 'no', 'FALSE']);
    const lines = [
      '# a comment: of people',
      `Types: ${draw.of(['deb', 'deb-src deb'])}`,
      draw.chance(0.5) ? `URIs: ${says.uri}` : `uris :\n ${says.uri}`,
      `Suites:  ${says.suites.join(' ')}`,
      `Components: ${says.components.join('\n\t')}`,
      `X-${oddText(draw, 2).replaceAll(/\s/g, '')}: ${oddText(draw).replaceAll(/\s/g, '')}`,
      ...(enabled === undefined ? [] : [`Enabled: ${enabled}`]),
    ];
    return {
      says,
      isOn: enabled === undefined || enabled === 'yes',
      text: lines.join('\n'),
      end: draw.of(['\n', '\r\n']),
    };
  });

  holds('are read exactly, whatever ends their lines', file, (stanzas) => {
    const text = stanzas
      .map((stanza) => `${stanza.text}\n`.replaceAll('\n', stanza.end))
      .join(stanzas[0]?.end ?? '');
    same(
      parseDeb822Sources(text),
      stanzas.flatMap(({ says, isOn }) => (isOn ? [says] : [])),
    );
  });

  staysQuick('text', ['Types: deb\nURIs: ', 'URIs:', ' a\n', '\n \n'], parseDeb822Sources);
});

describe('the mirror', () => {
  const sources = lists(4, (draw) => ({
    ...source(draw),
    ...(draw.chance(0.3) ? { uri: `http://${oddText(draw)}/debian` } : {}),
  }));

  holds('is an address, without slashes at its end', sources, (some) => {
    const mirror = debianMirror(some, () => 'http://deb.debian.org/debian\tpriority:1\n');
    if (mirror === undefined) return;
    same(URL.canParse(mirror), true);
    expect(mirror).toMatch(/^https?:.*\/debian$/s);
  });

  staysQuick('text', ['http://x/debian', 'http://x//', 'mirror+file:/'], (uri) =>
    debianMirror([{ uri, suites: ['trixie'], components: ['main'] }], () => uri),
  );
});

describe('what apt-config says', () => {
  const dump = drawn((draw) => ({
    value: oddText(draw).replaceAll('\n', '').trim(),
    junk: draw.some(3, () => `x${oddText(draw)}`),
  }));

  holds('is a setting’s own line, whatever the case of its name', dump, ({ value, junk }) => {
    const text = [...junk, `acquire::HTTP::Proxy ${value}`, ...junk].join('\n');
    same(aptSetting(text, 'Acquire::http::Proxy'), value === '' ? undefined : value);
    expect(aptSetting(text, 'Acquire::http')).toBeUndefined();
  });

  staysQuick('text', ['a '], (text) => aptSetting(text, 'a'));
});

describe('packages of an image', () => {
  const list = rows(
    (draw) => {
      const says = {
        name: `${draw.of(['systemd', 'dbus'])}${draw.int(0, 10 ** 9)}`,
        version: `${draw.int(0, 9)}-1`,
      };
      return { text: `installed\t${says.name}\t${says.version}`, says };
    },
    (line) => line.startsWith('installed\t'),
  );

  holds('are those that are installed', list, (lines) => {
    const byName = saidBy(lines).sort((left, right) => (left.name < right.name ? -1 : 1));
    same(parsePackages(textOf(lines)), byName);
  });

  staysQuick('text', ['installed\t', 'installed\ta\t1\n'], parsePackages);
});
