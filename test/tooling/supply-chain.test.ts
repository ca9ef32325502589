/** M5: what stands in the lockfile about the packages that run in production, and which may run scripts at an install. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Locked {
  readonly integrity?: string;
  readonly dev?: true;
  readonly optional?: true;
  readonly os?: readonly string[];
  readonly hasInstallScript?: true;
}

const ROOT = join(import.meta.dirname, '../..');
const read = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
const { packages } = read('package-lock.json') as {
  readonly packages: Readonly<Record<string, Locked>>;
};
const { allowScripts, dependencies } = read('package.json') as {
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly dependencies: Readonly<Record<string, string>>;
};
const locked = Object.entries(packages).filter(([place]) => place !== '');

test('M5: every package of production is pinned with its SHA-512', () => {
  const production = locked.filter(([, { dev }]) => dev !== true);
  expect(production.length).toBeGreaterThan(Object.keys(dependencies).length);
  const unpinned = production.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'));
  expect(unpinned.map(([place]) => place)).toEqual([]);
});

test('M5: without a checksum are only tools of development for other systems', () => {
  const unpinned = locked.filter(([, { integrity }]) => integrity === undefined);
  const others = unpinned.filter(
    ([, { dev, optional, os }]) => dev !== true || optional !== true || os === undefined,
  );
  expect(others.map(([place]) => place)).toEqual([]);
});

test('M5: only named packages run a script at an install', () => {
  const scripted = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true);
  const names = scripted.map(([place]) => place.replace(/^.*node_modules\//, ''));
  for (const name of names) expect(Object.keys(allowScripts)).toContain(name);
  const allowed = Object.entries(allowScripts).filter(([, isAllowed]) => isAllowed);
  expect(allowed.map(([name]) => name).sort()).toEqual(['node', 'zeromq']);
});
