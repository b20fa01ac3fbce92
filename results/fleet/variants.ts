import type { RuntimeDescription } from '../record.ts';

interface Described {
  runtime: Pick<RuntimeDescription, 'id' | 'runtime' | 'kind'>;
}

/** Runtimes of one technology and kind: its plain form, and those that ask for something more. */
export interface Variants<Member> {
  technology: string;
  plain: Member;
  variants: Member[];
}

/**
 * One for each technology of which the plain form and at least one variant are there. The plain form asks for nothing
 * that the others do not ask for as well: `qemu` beside `qemu:ksm=on`.
 */
export function variantsOf<Member extends Described>(members: readonly Member[]): Variants<Member>[] {
  const groups = new Map<string, Member[]>();
  for (const member of members) {
    const key = `${member.runtime.kind} ${member.runtime.runtime}`;
    groups.set(key, [...(groups.get(key) ?? []), member]);
  }
  return [...groups.values()].flatMap((group) => {
    const plain = group.find(({ runtime }) => {
      const asked = optionsOf(runtime.id);
      return group.every((other) => asked.every((option) => optionsOf(other.runtime.id).includes(option)));
    });
    if (plain === undefined || group.length < 2) return [];
    return [
      { technology: plain.runtime.runtime, plain, variants: group.filter((member) => member !== plain) },
    ];
  });
}

/** Those that are no variant of another: what is told of technologies. */
export function withoutVariants<Member extends Described>(members: readonly Member[]): Member[] {
  const variants = new Set(variantsOf(members).flatMap((group) => group.variants));
  return members.filter((member) => !variants.has(member));
}

/** `qemu:ksm=on,memory=1G` → `ksm=on`, `memory=1G` */
function optionsOf(spec: string): string[] {
  const colon = spec.indexOf(':');
  return colon < 0 ? [] : spec.slice(colon + 1).split(',');
}
