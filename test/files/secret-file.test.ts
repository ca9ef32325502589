import { chownSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { replaceSecretFile } from '../../src/files/secret-file.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** Of the user that the daemon runs as. */
const USER = 12_345;
/** What that user does while root writes. */
let meanwhile: () => void = () => {};

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  const fsyncSync = (descriptor: number): void => {
    fs.fsyncSync(descriptor);
    meanwhile();
  };
  return { ...fs, fsyncSync };
});

beforeEach(() => {
  meanwhile = () => {};
});

describe.skipIf(process.geteuid?.() !== 0)('root writes a file with a secret', () => {
  test('for the owner of its folder, or of the file before', () => {
    const path = `${usersFolder()}/clients.json`;
    replaceSecretFile(path, 'one');
    expect(statSync(path)).toMatchObject({ uid: USER, gid: USER });
    chownSync(path, USER + 1, USER + 1);
    replaceSecretFile(path, 'two');
    expect(statSync(path)).toMatchObject({ uid: USER + 1, gid: USER + 1 });
    expect(readFileSync(path, 'utf8')).toBe('two');
  });

  test('for nobody whose file a link in its place names', () => {
    const path = `${usersFolder()}/clients.json`;
    const other = `${tempFolder()}/other`;
    writeFileSync(other, 'as it was');
    chownSync(other, USER + 1, USER + 1);
    symlinkSync(other, path);
    replaceSecretFile(path, 'secret');
    expect(statSync(path)).toMatchObject({ uid: USER, gid: USER });
    expect(readFileSync(other, 'utf8')).toBe('as it was');
  });

  test('and gives no other file away when the owner of the folder puts a link in its place meanwhile', () => {
    const folder = usersFolder();
    const roots = `${tempFolder()}/of-root`;
    writeFileSync(roots, 'as it was');
    meanwhile = () => {
      meanwhile = () => {};
      const part = `${folder}/clients.json.${process.pid}.part`;
      renameSync(part, `${part}.away`);
      symlinkSync(roots, part);
    };
    replaceSecretFile(`${folder}/clients.json`, 'secret');
    expect(statSync(roots)).toMatchObject({ uid: 0, gid: 0 });
  });
});

function usersFolder(): string {
  const folder = tempFolder();
  chownSync(folder, USER, USER);
  return folder;
}
