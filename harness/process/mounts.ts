import { readFileSync } from 'node:fs';

/** Mount points at or below a path, outermost first, as /proc/self/mountinfo has them (proc(5), field 5). */
export function mountPointsBelow(path: string): string[] {
  return parseMountPoints(readFileSync('/proc/self/mountinfo', 'utf8')).filter(
    (mounted) => mounted === path || mounted.startsWith(path.endsWith('/') ? path : `${path}/`),
  );
}

export function parseMountPoints(mountinfo: string): string[] {
  return mountinfo
    .split('\n')
    .flatMap((line) => line.split(' ')[4] ?? [])
    .map(unescapeOctal);
}

/** Space, tab, newline and backslash stand in mountinfo as `\040`, `\011`, `\012` and `\134`. */
export function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
