import { describe, expect, it } from 'vitest';
import { presets, runtimes } from '../../../harness/runtimes/registry.ts';
import { expandBraces, parseRuntimes } from '../../../harness/runtimes/spec.ts';

const ids = (...texts: string[]): string[] => parseRuntimes(texts).map(({ id }) => id);

describe('presets', () => {
  it('default is one container and one VM', () => {
    expect(ids('default')).toEqual(['nspawn', 'qemu']);
  });

  it('all is the containers and the VMs, at least eleven configurations', () => {
    expect(ids('all')).toEqual([...ids('containers'), ...ids('vms')]);
    expect(ids('all').length).toBeGreaterThanOrEqual(11);
  });

  it('containers are containers, VMs are VMs', () => {
    for (const { id, runtime } of parseRuntimes(['containers'])) expect(runtime.kind, id).toBe('container');
    for (const { id, runtime } of parseRuntimes(['vms'])) expect(runtime.kind, id).toBe('vm');
  });

  it('every technology that any host can run has a place in one', () => {
    // fake boots nothing; gvisor is listed with the reason why it cannot start this image's init.
    const nowhere = ['fake', 'gvisor'];
    const used = new Set(parseRuntimes(['all']).map(({ runtime }) => runtime.id));
    for (const id of Object.keys(runtimes)) if (!nowhere.includes(id)) expect([...used], id).toContain(id);
  });

  it('a host that cannot run one of a preset leaves it out; one that was named is asked for', () => {
    expect(parseRuntimes(['default']).every(({ optional }) => optional)).toBe(true);
    expect(parseRuntimes(['nspawn'])[0]?.optional).toBe(false);
  });

  it.each(Object.keys(presets))('%s names each configuration once and in canonical form', (name) => {
    const known: readonly string[] = presets[name as keyof typeof presets];
    expect(ids(name)).toEqual(known);
  });
});

describe('a matrix', () => {
  it('is one spec for each value', () => {
    expect(ids('nspawn:userns={off,on}')).toEqual(['nspawn:userns=off', 'nspawn:userns=on']);
  });

  it('of several braces is every combination', () => {
    expect(expandBraces('a={x,y},b={1,2}')).toEqual(['a=x,b=1', 'a=x,b=2', 'a=y,b=1', 'a=y,b=2']);
  });

  it('may vary the technology too', () => {
    expect(ids('{nspawn,qemu}')).toEqual(['nspawn', 'qemu']);
  });

  it('that names a configuration twice is refused', () => {
    expect(() => ids('nspawn', '{nspawn,qemu}')).toThrow('runtime nspawn is given twice');
  });
});
