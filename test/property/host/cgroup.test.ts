import { describe } from 'vitest';
import { parseCgroupLayout } from '../../../harness/process/cgroup.ts';
import { parseMountPoints } from '../../../harness/process/mounts.ts';
import { namespacesFstab } from '../../../harness/runtimes/namespaces-fstab.ts';
import { holds, lists, oddText, staysQuick, unlessRefused, same } from '../../support/property.ts';

/** As the kernel writes a path: space, tab, newline and backslash in octal digits. */
const escaped = (path: string): string =>
  path.replace(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);

interface Mount {
  path?: string;
  name?: string;
  line: string;
}

const mountinfo = lists<Mount>(6, (draw) => {
  const path = `/sys/fs/${oddText(draw, 3)}`;
  const front = `3${draw.int(0, 9)} 24 0:28 / ${escaped(path)} rw,nosuid shared:9`;
  const name = draw.of(['memory', 'cpu', 'systemd', '__proto__', 'constructor', 'unified', 'other']);
  const isNamed = ['systemd', '__proto__', 'constructor'].includes(name);
  if (name === 'unified') return { path, name, line: `${front} - cgroup2 cgroup2 rw` };
  if (name === 'other')
    return { path, line: `${front} - ext4 /dev/vda1 rw,${oddText(draw, 2).replaceAll('\n', '')}` };
  if (draw.chance(0.2)) return { line: `x${oddText(draw, 3).replaceAll(' ', '')}` };
  return { path, name, line: `${front} - cgroup cgroup rw,${isNamed ? 'name=' : ''}${name}` };
});

const textOf = (some: readonly Mount[]): string => some.map(({ line }) => `${line}\n`).join('');

describe('mountinfo', () => {
  const isOneLine = ({ line }: Mount): boolean => !line.includes('\n');

  holds('gives every mount point, unescaped', mountinfo, (all) => {
    const some = all.filter(isOneLine);
    same(
      parseMountPoints(textOf(some)),
      some.flatMap(({ path }) => path ?? []),
    );
  });

  holds('gives the hierarchies of control groups, the first of each name', mountinfo, (all) => {
    const some = all.filter(isOneLine);
    const layout = unlessRefused(() => parseCgroupLayout(textOf(some), () => ['memory']));
    const first = new Map(
      some
        .toReversed()
        .flatMap(({ path, name }) =>
          path === undefined || name === undefined ? [] : [[name, path] as const],
        ),
    );
    same(layout === undefined, first.size === 0);
    if (layout === undefined) return;
    const unified = first.get('unified');
    first.delete('unified');
    same(layout.unified, unified);
    const kept =
      unified === undefined || first.has('memory')
        ? [...first]
        : [...first].filter(([name]) => name === 'systemd');
    same(new Map(Object.entries(layout.v1)), new Map(kept));
  });

  staysQuick('text', ['30 24 0:28 / ', ' - cgroup cgroup rw,', '\\040'], (text) => [
    parseMountPoints(text),
    unlessRefused(() => parseCgroupLayout(text, () => [])),
  ]);
});

describe('fstab for a bare container', () => {
  const paths = lists(1, (draw) => `/${oddText(draw)}`);

  holds('has six columns, whatever is in a path', paths, ([path = '/']) => {
    const plan = {
      overlay: path,
      root: path,
      deviceFolder: path,
      console: path,
      channelFolder: path,
      readOnly: [],
    };
    const [, root] = namespacesFstab(plan).split('\n')[0]?.split(' ') ?? [];
    const plain = root?.replace(/\\([0-7]{3})/g, (_, digits: string) =>
      String.fromCharCode(parseInt(digits, 8)),
    );
    same(
      namespacesFstab(plan)
        .replace(/\n$/, '')
        .split('\n')
        .every((line) => line.split(/[ \t\n\v\f\r]/).length === 4),
      true,
    );
    same(plain, path);
  });
});
