/** The Node that `npm start` gives to the apps (supervisor/places.cjs). */
import { chmodSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from '../support/temp-folder.ts';

interface Running {
  readonly env: Readonly<Record<string, string>>;
  readonly execPath: string;
  readonly version: string;
}

const PLACES = resolve(import.meta.dirname, '../../supervisor/places.cjs');
const OWN = resolve(import.meta.dirname, '../../node_modules/node/bin/node');
const BIN = resolve(import.meta.dirname, '../../node_modules/.bin');
const { interpreter } = createRequire(import.meta.url)(PLACES) as {
  readonly interpreter: (running: Running) => string;
};

/** A folder with a Node that says this version. */
function folderOf(version: string): string {
  const folder = tempFolder();
  const node = join(folder, 'node');
  writeFileSync(node, `#!/bin/sh\necho ${version}\n`);
  chmodSync(node, 0o755);
  return folder;
}

/** As npm starts it: the project's own Node, its folder first in PATH. */
function byNpm(...folders: readonly string[]): string {
  const env = { PATH: [BIN, ...folders].join(':') };
  return interpreter({ env, execPath: OWN, version: 'v24.9.0' });
}

test("the Node in PATH goes before the project's own, which npm has no checksum of", () => {
  const [old, recent] = [folderOf('v20.19.0'), folderOf('v25.1.0')];
  expect(byNpm(old, recent)).toBe(join(recent, 'node'));
});

test("where none in PATH is new enough, it is the project's own", () => {
  expect(byNpm(folderOf('v20.19.0'), folderOf('nonsense'), '/nowhere')).toBe(OWN);
});

test('one that runs this and is new enough is taken, wherever it is', () => {
  const execPath = join(folderOf('v25.1.0'), 'node');
  expect(interpreter({ env: { PATH: BIN }, execPath, version: 'v25.1.0' })).toBe(execPath);
});
