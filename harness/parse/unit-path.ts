/**
 * Whose process is it: the unit of a service manager, read off a control group's path by the manager's own rules
 * (systemd, src/basic/cgroup-util.c: cg_path_get_unit, cg_unescape; systemd.slice(5)).
 */

const UNIT = /^[A-Za-z0-9:_.\\@-]+\.(service|scope|socket|mount|swap)$/;
/** `-.slice` is the root, which no path names. */
const SLICE = /^[^/]+\.slice$/;

/**
 * The unit that a group below the manager's root belongs to: the first part of the path that is no slice. What comes
 * below it is another manager's: a user's (`user@0.service/app.slice/…`), a nested container's, or a service's own
 * groups. `undefined` where the first part is no unit: a group that the manager has not made.
 */
export function unitOfGroup(path: string): string | undefined {
  const first = path
    .split('/')
    .filter((part) => part !== '')
    .map(unescaped)
    .find((part) => !SLICE.test(part));
  return first !== undefined && UNIT.test(first) ? first : undefined;
}

/** A part that would be taken for one of the kernel's files, or for a hidden one, has `_` before it in the path. */
function unescaped(part: string): string {
  return part.startsWith('_') ? part.slice(1) : part;
}

const MANAGER_GROUP = '/init.scope';

/**
 * The root of the instance's manager, seen among the groups of its processes: the manager itself lives in `init.scope`
 * directly below it. Managers of users and of nested containers lie deeper. `undefined` where none has sorted its
 * processes, as in a hierarchy that systemd does not use.
 */
export function managerRootOf(groups: Iterable<string>): string | undefined {
  let root: string | undefined;
  for (const group of groups) {
    if (!group.endsWith(MANAGER_GROUP)) continue;
    const above = group.slice(0, -MANAGER_GROUP.length);
    if (root === undefined || above.length < root.length) root = above;
  }
  return root;
}

/** The unit of a group, its path seen from where the manager's root is seen from too. */
export function unitBelow(root: string, group: string): string | undefined {
  return group === root || group.startsWith(`${root}/`) ? unitOfGroup(group.slice(root.length)) : undefined;
}
