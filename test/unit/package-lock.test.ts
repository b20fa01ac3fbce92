import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../core/package-root.ts';

interface LockedPackage {
  version?: string;
  resolved?: string;
  integrity?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/** Each by its folder: `''` is twinboot, `node_modules/a/node_modules/b` the b that a alone has. */
type Lock = Record<string, LockedPackage>;

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(packageRoot(), name), 'utf8'));
}

const lock = (read('package-lock.json') as { packages: Lock }).packages;

/** As Node looks for a package: in the folder itself, then in each one above. */
function isLocked(packages: Lock, folder: string, name: string): boolean {
  const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
  if (place in packages) return true;
  return folder !== '' && isLocked(packages, folderAbove(folder), name);
}

function folderAbove(folder: string): string {
  return folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')));
}

function absentFrom(packages: Lock): string[] {
  return Object.entries(packages).flatMap(
    ([folder, { dependencies, devDependencies, optionalDependencies }]) =>
      Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
        .filter((name) => !isLocked(packages, folder, name))
        .map((name) => `${name} of ${folder}`),
  );
}

describe('package-lock.json', () => {
  // npm 11 refuses such a lock (`npm ci`), and writes into it what is absent (`npm install`).
  it('has every package that another one names, those of other platforms too', () => {
    expect(absentFrom(lock)).toEqual([]);
  });

  it('says of each package which bytes it is', () => {
    const unproven = Object.entries(lock).filter(([folder, { integrity }]) => folder !== '' && !integrity);
    expect(unproven.map(([folder]) => folder)).toEqual([]);
  });

  it('names no registry, so that every reader installs from their own', () => {
    expect(Object.values(lock).flatMap(({ resolved }) => resolved ?? [])).toEqual([]);
  });

  it('asks for what package.json asks for', () => {
    const asked = read('package.json') as LockedPackage;
    expect(lock['']).toMatchObject({
      version: asked.version,
      dependencies: asked.dependencies,
      devDependencies: asked.devDependencies,
    });
  });
});

describe('a lock that lacks a package', () => {
  it('is noticed, also where the package that needs it lies in another one', () => {
    const nested = 'node_modules/a/node_modules/b';
    const packages: Lock = {
      '': { dependencies: { a: '1' } },
      'node_modules/a': { dependencies: { b: '1' } },
      [nested]: { dependencies: { a: '1' }, optionalDependencies: { 'c-linux': '1', 'c-darwin': '1' } },
      'node_modules/c-linux': {},
    };
    expect(absentFrom(packages)).toEqual([`c-darwin of ${nested}`]);
  });
});
