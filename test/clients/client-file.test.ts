import { chownSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { changeList } from '../../src/clients/change-list.ts';
import { readClientFile } from '../../src/clients/client-file.ts';
import type { Client } from '../../src/clients/client-list.ts';
import { emptyFifo } from '../support/fifo.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { knownClient, listPath, writeList, writeText } from './support.ts';

const deploy = knownClient('deploy', 'commands');

function faultOf(path: string): string | undefined {
  const read = readClientFile(path);
  return read.ok ? undefined : read.fault.message;
}

describe('reading', () => {
  test('no file is no list; an empty list is a list', () => {
    const path = listPath();
    expect(readClientFile(path)).toEqual({ ok: true, list: undefined });
    writeList(path);
    expect(readClientFile(path)).toMatchObject({ ok: true, list: { clients: [] } });
  });

  test.each([0o640, 0o604, 0o620, 0o666, 0o610])('mode %o is refused', (mode) => {
    const path = listPath();
    writeText(path, '{"clients":[]}', mode);
    const rights = mode.toString(8);
    expect(readClientFile(path)).toEqual({
      ok: false,
      fault: {
        message: `other users of this machine may open ${path} (mode 0${rights})`,
        hint: `chmod 600 ${path}`,
      },
    });
  });

  test.skipIf(process.geteuid?.() !== 0)(
    'root reads the file of the owner of its folder, and of nobody else (only root can test it)',
    () => {
      const path = listPath();
      writeList(path);
      chownSync(path, 12_345, 12_345);
      expect(faultOf(path)).toBe(`${path} belongs to another user (uid 12345)`);
      chownSync(dirname(path), 12_345, 12_345);
      expect(readClientFile(path)).toMatchObject({ ok: true, list: { clients: [] } });
    },
  );

  test('a link is not followed', () => {
    const [path, link] = [listPath(), listPath()];
    writeList(path);
    symlinkSync(path, link);
    expect(faultOf(link)).toBe(`${link} is a symbolic link`);
  });

  test('P9: a pipe, a folder and 10 MB are refused at once', () => {
    const pipe = emptyFifo();
    expect(faultOf(pipe)).toBe(`${pipe} is not a file`);
    const folder = tempFolder();
    expect(faultOf(folder)).toBe(`${folder} is not a file`);
    const large = listPath();
    writeText(large, ' '.repeat(10_000_000));
    expect(faultOf(large)).toBe(`${large} has 10000000 bytes; at most 1048576 are read`);
  });
});

describe('changing', () => {
  const add =
    (...more: readonly Client[]) =>
    (clients: readonly Client[] | undefined) => ({
      ok: true as const,
      clients: [...(clients ?? []), ...more],
    });

  test('the file and a new folder are private, and nothing else is left', async () => {
    const path = `${tempFolder()}/new/clients.json`;
    expect(await changeList(path, add(deploy.client))).toMatchObject({ ok: true });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    expect(readdirSync(dirname(path))).toEqual(['clients.json']);
    expect(readClientFile(path)).toMatchObject({ ok: true, list: { clients: [deploy.client] } });
  });

  test('twenty changes at once lose no entry', async () => {
    const path = listPath();
    const clients = Array.from(
      { length: 20 },
      (_, index) => knownClient(`c${index}`, 'read').client,
    );
    await Promise.all(clients.map((client) => changeList(path, add(client))));
    const read = readClientFile(path);
    const names = read.ok ? read.list?.clients.map(({ name }) => name).sort() : [];
    expect(names).toEqual(clients.map(({ name }) => name).sort());
  });

  test('a list that the daemon would refuse is not written', async () => {
    const path = listPath();
    writeList(path, deploy.client);
    const before = readFileSync(path, 'utf8');
    expect(await changeList(path, add(deploy.client))).toMatchObject({
      ok: false,
      fault: { message: `${path}: clients.1.name is the same as clients.0.name` },
    });
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  test('a file that cannot be used is left as it is', async () => {
    const path = listPath();
    writeText(path, '{', 0o600);
    expect(await changeList(path, add(deploy.client))).toMatchObject({ ok: false });
    expect(readFileSync(path, 'utf8')).toBe('{');
    const folder = tempFolder();
    mkdirSync(`${folder}/clients.json`);
    expect(await changeList(`${folder}/clients.json`, add(deploy.client))).toMatchObject({
      ok: false,
    });
  });

  test('P9: the lock of a program that was killed is named after five seconds', async () => {
    const path = listPath();
    writeText(`${path}.lock`, '12345\n');
    expect(await changeList(path, add(deploy.client))).toEqual({
      ok: false,
      fault: {
        message: `${path}.lock exists: another program changes the list (process 12345)`,
        hint: `If none does (one may have been killed), remove ${path}.lock.`,
      },
    });
  });
});
