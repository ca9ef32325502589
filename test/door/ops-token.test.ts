/** The token that the daemon keeps for operators on its machine. */
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newToken } from '../../src/clients/token.ts';
import { keepOpsToken } from '../../src/door/access/ops-token.ts';
import { tempFolder } from '../support/temp-folder.ts';

const fileIn = (folder: string) => join(folder, 'ops-token');
const tokenIn = (folder: string) => readFileSync(fileIn(folder), 'utf8').trim();
const rightsOf = (path: string) => statSync(path).mode & 0o777;

describe('the token of the operators’ port', () => {
  test('is made for its owner alone, as an entry of the role operate', () => {
    const folder = tempFolder();
    const before = process.umask(0);
    const made = keepOpsToken(folder);
    process.umask(before);
    expect(rightsOf(fileIn(folder))).toBe(0o600);
    expect(made.replaced).toBeUndefined();
    expect(made.list.byToken(tokenIn(folder))).toMatchObject({
      name: 'ops-token',
      role: 'operate',
    });
    expect(readdirSync(folder)).toEqual(['ops-token']);
  });

  test('is kept by later starts', () => {
    const folder = tempFolder();
    keepOpsToken(folder);
    const token = tokenIn(folder);
    const kept = keepOpsToken(folder);
    expect([tokenIn(folder), kept.replaced]).toEqual([token, undefined]);
    expect(kept.list.byToken(token)).toBeDefined();
  });

  test.each([
    ['could be read by the group', 0o640, 'other users could open it'],
    ['could be written by others', 0o602, 'other users could open it'],
  ])('that %s is replaced', (_, mode, why) => {
    const folder = tempFolder();
    keepOpsToken(folder);
    const known = tokenIn(folder);
    chmodSync(fileIn(folder), mode);
    const renewed = keepOpsToken(folder);
    expect(renewed.replaced).toBe(why);
    expect(renewed.list.byToken(known)).toBeUndefined();
    expect(renewed.list.byToken(tokenIn(folder))).toBeDefined();
    expect(rightsOf(fileIn(folder))).toBe(0o600);
  });

  test.each([
    ['is empty', ''],
    ['is a word', 'secret\n'],
    ['has two lines', `${newToken()}\n${newToken()}\n`],
    ['is long', 'x'.repeat(100_000)],
  ])('that %s is replaced', (_, text) => {
    const folder = tempFolder();
    writeFileSync(fileIn(folder), text, { mode: 0o600 });
    expect(keepOpsToken(folder).replaced).toBeDefined();
    expect(tokenIn(folder)).toMatch(/^lsk_[\w-]{43}$/);
  });

  test('behind a link is not followed, and the file there stays as it is', () => {
    const [folder, elsewhere] = [tempFolder(), join(tempFolder(), 'theirs')];
    const theirs = newToken();
    writeFileSync(elsewhere, `${theirs}\n`, { mode: 0o600 });
    symlinkSync(elsewhere, fileIn(folder));
    const made = keepOpsToken(folder);
    expect(made.replaced).toBe('it was a symbolic link');
    expect(made.list.byToken(theirs)).toBeUndefined();
    expect(readFileSync(elsewhere, 'utf8')).toBe(`${theirs}\n`);
    expect(statSync(fileIn(folder)).ino).not.toBe(statSync(elsewhere).ino);
  });

  test('that has a second name is replaced under its own name only', () => {
    const folder = tempFolder();
    keepOpsToken(folder);
    const known = tokenIn(folder);
    linkSync(fileIn(folder), join(folder, 'copy'));
    chmodSync(fileIn(folder), 0o644);
    expect(keepOpsToken(folder).list.byToken(known)).toBeUndefined();
    expect(readFileSync(join(folder, 'copy'), 'utf8').trim()).toBe(known);
  });

  test('that cannot be saved is none: the caller gets the error', () => {
    const folder = tempFolder();
    mkdirSync(fileIn(folder));
    expect(() => keepOpsToken(folder)).toThrow();
    expect(existsSync(join(folder, 'ops-token'))).toBe(true);
  });
});
