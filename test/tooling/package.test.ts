/** The conditions of `npm ci` on any machine. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT } from './temp-project.ts';

const read = (path: string) => JSON.parse(readFileSync(join(PROJECT, path), 'utf8'));
const { allowScripts, files } = read('package.json') as {
  allowScripts: Readonly<Record<string, boolean>>;
  files: readonly string[];
};
const { packages } = read('package-lock.json') as {
  packages: Readonly<Record<string, Locked>>;
};

interface Locked {
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

describe('the lockfile', () => {
  it('names no registry, so that the one of the machine is asked', () => {
    const resolved = Object.entries(packages).filter(([, { resolved: url }]) => url !== undefined);
    expect(resolved).toEqual([]);
  });

  // npm leaves out what its registry did not have when the lockfile was written, and `npm ci` then
  // fails: such an entry has to be added by hand, with its version, `os`, `cpu` and `optional`.
  it('has the packages of every platform, which `npm ci` asks for on each of them', () => {
    const wanted = Object.values(packages).flatMap((each) =>
      Object.keys(each.optionalDependencies ?? {}),
    );
    const locked = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
    expect(wanted.filter((name) => !locked.has(name))).toEqual([]);
  });

  it('has no install script that package.json does not speak of', () => {
    const scripts = Object.keys(packages)
      .filter((path) => packages[path]?.hasInstallScript)
      .map((path) => path.split('node_modules/').at(-1) ?? path);
    expect(scripts.filter((name) => name !== '' && allowScripts[name] === undefined)).toEqual([]);
  });
});

describe('the package', () => {
  it('lists files that exist, dist after a build', () => {
    const absent = files.filter((file) => file !== 'dist' && !existsSync(join(PROJECT, file)));
    expect(absent).toEqual([]);
  });
});
