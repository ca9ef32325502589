/** Sessions of the live page: they outlive the daemon, and never a client's right. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { ClientList, NO_CLIENTS } from '../../src/clients/client-list.ts';
import { Sessions } from '../../src/door/access/sessions.ts';
import { knownClient } from '../clients/support.ts';
import { notedLog } from '../observe/support/noted-log.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** Descriptors that were written to the disk. */
const synced: number[] = [];
vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  const fsyncSync = (descriptor: number): void => {
    synced.push(descriptor);
    fs.fsyncSync(descriptor);
  };
  return { ...fs, fsyncSync };
});

const HOUR_MS = 60 * 60 * 1000;
const ann = knownClient('ann', 'operate');
const list = new ClientList([ann.client]);

const newPath = () => join(tempFolder(), 'page-sessions');
function open(path = newPath(), now = () => Date.now()) {
  const noted = notedLog();
  return { path, noted, sessions: new Sessions({ path, log: noted.log, now }) };
}

it('a session stands for its client until it is closed', () => {
  const { sessions } = open();
  const { id } = sessions.open(ann.client);
  expect(sessions.clientOf(id, list)).toEqual(ann.client);
  sessions.close(id);
  expect(sessions.clientOf(id, list)).toBeUndefined();
});

it('a client that was removed, renamed, or given another token has no session any longer', () => {
  const { sessions } = open();
  const { id } = sessions.open(ann.client);
  const renamed = new ClientList([{ ...ann.client, name: 'bob' }]);
  const other = new ClientList([knownClient('ann', 'operate').client]);
  for (const changed of [NO_CLIENTS, renamed, other]) {
    expect(sessions.clientOf(id, changed)).toBeUndefined();
  }
});

it('the role is that of the list now', () => {
  const { sessions } = open();
  const { id } = sessions.open(ann.client);
  const lowered = { ...ann.client, role: 'read' } as const;
  expect(sessions.clientOf(id, new ClientList([lowered]))?.role).toBe('read');
});

it('sessions outlive a restart; the file is private, and holds neither id nor token', () => {
  const { sessions, path } = open();
  const { id } = sessions.open(ann.client);
  expect(open(path).sessions.clientOf(id, list)).toEqual(ann.client);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path, 'utf8')).not.toContain(id);
  expect(readFileSync(path, 'utf8')).not.toContain(ann.token);
});

it('a session ends after twelve hours, restart or not (P9)', () => {
  let now = Date.now();
  const { sessions, path } = open(newPath(), () => now);
  const { id } = sessions.open(ann.client);
  now += 12 * HOUR_MS - 1;
  expect(sessions.clientOf(id, list)).toBeDefined();
  now += 1;
  expect(sessions.clientOf(id, list)).toBeUndefined();
  expect(open(path, () => now).sessions.clientOf(id, list)).toBeUndefined();
});

it('a hundred sessions are kept; one more ends the oldest (P9)', () => {
  const { sessions, path } = open();
  const clients = ['ann', 'bob', 'eve', 'joe', 'kim'].map(
    (name) => knownClient(name, 'read').client,
  );
  const everybody = new ClientList(clients);
  const ids = Array.from({ length: 101 }, (_, at) => sessions.open(clients[at % 5]!).id);
  const [oldest = '', second = ''] = ids;
  expect(sessions.clientOf(oldest, everybody)).toBeUndefined();
  expect(sessions.clientOf(second, everybody)).toBeDefined();
  expect(JSON.parse(readFileSync(path, 'utf8'))).toHaveLength(100);
});

it("a client has twenty-five; one more ends its own oldest, and nobody else's (P9)", () => {
  const { sessions } = open();
  const bob = knownClient('bob', 'read');
  const everybody = new ClientList([ann.client, bob.client]);
  const other = sessions.open(bob.client).id;
  const [oldest = '', second = ''] = Array.from({ length: 26 }, () => sessions.open(ann.client).id);
  expect(sessions.clientOf(oldest, everybody)).toBeUndefined();
  expect(sessions.clientOf(second, everybody)).toBeDefined();
  expect(sessions.clientOf(other, everybody)).toBeDefined();
});

it('P9: a login does not wait for the disk: the thread answers health checks', () => {
  const { sessions } = open();
  synced.length = 0;
  sessions.close(sessions.open(ann.client).id);
  expect(synced).toEqual([]);
});

it('P9, P10: logins beside a full disk are one line of the log in ten seconds, with their count', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const { sessions, noted } = open('/no/such/folder/page-sessions');
  for (let login = 0; login < 1_000; login++) sessions.open(ann.client);
  vi.advanceTimersByTime(10_000);
  sessions.open(ann.client);
  const message = 'the sessions of the page could not be saved';
  expect(noted.lines).toMatchObject([
    { message, fields: { count: 1 } },
    { message, fields: { count: 1_000 } },
  ]);
});

it.each([
  ['no JSON', 'nonsense'],
  ['another shape', '{"a":1}'],
  ['a session that is none', '[{"idSha256":1}]'],
  ['nothing', ''],
])('a file with %s is logged, and holds no session (P10)', (_, text) => {
  const path = newPath();
  writeFileSync(path, text, { mode: 0o600 });
  const { noted, sessions } = open(path);
  expect(noted.lines.map(({ message }) => message)).toEqual([
    'the sessions of the page could not be read',
  ]);
  const { id } = sessions.open(ann.client);
  expect(sessions.clientOf(id, list)).toBeDefined();
});

it('a file that other users may open is not believed', () => {
  const { sessions, path } = open();
  const { id } = sessions.open(ann.client);
  const text = readFileSync(path, 'utf8');
  const other = newPath();
  writeFileSync(other, text, { mode: 0o644 });
  expect(open(other).sessions.clientOf(id, list)).toBeUndefined();
});
