/** Other programs remove or change the journal's files while they are open. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JournalError } from '../../src/journal/errors.ts';
import { SqliteJournal } from '../../src/journal/sqlite/journal.ts';
import { connect } from '../../src/journal/sqlite/open/connection.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open/open.ts';
import { writer } from './support/child.ts';
import { scratch } from './support/driver.ts';
import { batch, begun, range, settleAll } from './support/writes.ts';

let dir: string;
let data: string;
let logs: string;
let file: string;
let journal: SqliteJournal;

beforeEach(async () => {
  dir = scratch();
  data = join(dir, 'data');
  logs = join(dir, 'logs');
  file = join(data, 'journal.db');
  journal = openSqliteJournal(file, { savedIn: [logs] });
  await settleAll(
    journal,
    range(1, 50).map((seq) => begun(seq)),
  );
  await journal.commit(batch({ accept: [begun(51)] }));
});

afterEach(async () => {
  await journal.close();
  rmSync(dir, { recursive: true });
});

const add = (seq: number) => journal.commit(batch({ accept: [begun(seq)] }));
const failure = (attempt: Promise<unknown>): Promise<JournalError> =>
  attempt.then(
    () => expect.unreachable('it was done'),
    (error: JournalError) => error,
  );

/** The file that the error says it was saved in. */
function savedFile({ message }: JournalError): string {
  return (
    / (?:its content|the rest of it) is saved in (\S+)$/.exec(message)?.[1] ??
    expect.unreachable(message)
  );
}

/** The content of a saved file, opened as the journal. */
async function contentOf(saved: string) {
  const other = join(dir, 'elsewhere', 'journal.db');
  mkdirSync(dirname(other), { recursive: true });
  copyFileSync(saved, other);
  const opened = openSqliteJournal(other);
  const { commands } = await opened.list({}, undefined, 1_000);
  await opened.close();
  rmSync(dirname(other), { recursive: true });
  return commands.map(({ command, state }) => `${command.seq} ${state}`);
}

const WHOLE = ['51 applying', ...range(1, 50).map((seq) => `${51 - seq} committed`)];
const SAVED_COPY = expect.objectContaining({ code: 'saved_copy', retry: false });

function empty(folder: string): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
}

/** Takes the content of the folder away. */
const ways: readonly (readonly [string, () => void])[] = [
  ['the folder is emptied', () => empty(data)],
  ['the folder is removed', () => rmSync(data, { recursive: true })],
  ['the folder is moved away', () => renameSync(data, join(dir, 'moved'))],
  ['the file alone is removed', () => rmSync(file)],
];

test.each(ways)('P3: %s: nothing more is committed, all of it is saved', async (_, remove) => {
  remove();
  const sent = await failure(add(52));
  expect(sent).toMatchObject({ code: 'removed', retry: false });
  expect(sent.message).toContain(`${file} was removed while the daemon ran`);
  expect(dirname(savedFile(sent))).toBe(data);
  expect(await contentOf(savedFile(sent))).toEqual(WHOLE);
  // It stays so: the same words, and one saved file.
  expect(await failure(journal.tidy())).toBe(sent);
  expect(await failure(journal.keep('a', 'b'))).toBe(sent);
  expect(readdirSync(data).filter((name) => name.includes('-saved-'))).toHaveLength(1);
  await journal.close();
  expect(() => openSqliteJournal(file, { savedIn: [logs] })).toThrow(SAVED_COPY);
  expect(existsSync(file)).toBe(false);
});

test('P3: an idle journal is looked after by `tidy`', async () => {
  await journal.tidy();
  await journal.tidy();
  rmSync(file);
  expect(await failure(journal.tidy())).toMatchObject({ code: 'removed' });
});

test('P3: where nothing can be saved beside the journal, it is saved where logs are', async () => {
  rmSync(data, { recursive: true });
  writeFileSync(data, 'a file in place of the folder');
  const sent = await failure(add(52));
  expect(dirname(savedFile(sent))).toBe(logs);
  expect(await contentOf(savedFile(sent))).toEqual(WHOLE);
  await journal.close();
  rmSync(data);
  expect(() => openSqliteJournal(file, { savedIn: [logs] })).toThrow(SAVED_COPY);
});

test('P10: where it can be saved nowhere, that is said with the reasons', async () => {
  rmSync(data, { recursive: true });
  writeFileSync(data, 'a file');
  writeFileSync(logs, 'another');
  const sent = await failure(add(52));
  expect(sent.message).toMatch(/could not be saved: .*data: .*logs: /);
  expect(sent.code).toBe('removed');
});

test('P3: another journal put in its place is left alone, and no start continues from it', async () => {
  const other = join(dir, 'other.db');
  const foreign = openSqliteJournal(other);
  await foreign.commit(batch({ accept: [begun(1)] }));
  await foreign.close();
  const bytes = readFileSync(other);
  renameSync(other, file);
  const sent = await failure(add(52));
  expect(sent.message).toContain(`${file} was replaced by another file`);
  expect(await contentOf(savedFile(sent))).toEqual(WHOLE);
  await journal.close();
  expect(readFileSync(file).equals(bytes)).toBe(true);
  expect(readdirSync(data)).not.toContain('journal.db-wal');
  expect(() => openSqliteJournal(file)).toThrow(SAVED_COPY);
  expect(readFileSync(file).equals(bytes)).toBe(true);
});

test('P3: a copy written over the open file is seen, stays as it is, and is set aside', async () => {
  await journal.close();
  const connection = connect(file);
  // The page cache of SQLite would save a file this small.
  connection.db.pragma('cache_size = 1');
  journal = new SqliteJournal(connection);
  const copy = copied();
  for (const seq of range(52, 300)) await add(seq);
  // From here on the log begins again: it holds a part only.
  await journal.tidy();
  await add(301);
  // The same inode, as `cp` does it.
  writeFileSync(file, readFileSync(copy).subarray(0, -4_096));
  const sent = await failure(add(302));
  expect(sent.message).toContain(`another program has written to ${file}`);
  await journal.close();
  const saved = savedFile(sent);
  expect(readFileSync(saved).equals(readFileSync(copy).subarray(0, -4_096))).toBe(true);
  expect(readdirSync(data).sort()).toEqual(
    ['journal.db.lock', basename(saved), `${basename(saved)}.wal`].sort(),
  );
  expect(() => openSqliteJournal(file)).toThrow(SAVED_COPY);
});

test('P3: if all is in the log still, a copy written over the file takes nothing away', async () => {
  const copy = copied();
  await add(52);
  copyFileSync(copy, file);
  const sent = await failure(add(53));
  await journal.close();
  expect(await contentOf(savedFile(sent))).toEqual(['52 applying', ...WHOLE]);
  // The replaced file is unchanged.
  expect(readFileSync(file).equals(readFileSync(copy))).toBe(true);
  expect(() => openSqliteJournal(file)).toThrow(SAVED_COPY);
});

/** A copy of the journal as it is. */
function copied(): string {
  const copy = join(dir, 'copy.db');
  const other = new Database(file, { readonly: true });
  other.exec(`VACUUM INTO '${copy}'`);
  other.close();
  return copy;
}

test('P3: a file whose time alone was touched is saved whole', async () => {
  utimesSync(file, new Date(), new Date(0));
  const sent = await failure(journal.tidy());
  expect(await contentOf(savedFile(sent))).toEqual(WHOLE);
  await journal.close();
  expect(() => openSqliteJournal(file)).toThrow(SAVED_COPY);
});

test('checkpoints, commits, upkeep and readers of its own machine are no trouble', async () => {
  for (const seq of range(52, 1_500)) await add(seq);
  const reader = new Database(file);
  expect(reader.prepare('SELECT count(*) FROM command').pluck().get()).toBe(1_500);
  reader.close();
  await journal.prune({ lived: Number.MAX_SAFE_INTEGER, retentionMs: 0, limit: 1_000 });
  for (const _ of range(1, 5)) await journal.tidy();
  await add(1_501);
});

test.each(['-wal', '-shm'])(
  'P3, P7: without its %s it is saved, and continues where it was, as the same journal',
  async (end) => {
    const { id } = journal;
    rmSync(file + end);
    expect(await failure(journal.tidy())).toMatchObject({ code: 'removed' });
    await journal.close();
    journal = openSqliteJournal(file);
    expect(await journal.head()).toMatchObject({ lastSeq: 51, openCount: 1 });
    expect(journal.id).toBe(id);
    // A second time, too.
    rmSync(file + end);
    expect(await failure(journal.tidy())).toMatchObject({ code: 'removed' });
    await journal.close();
    journal = openSqliteJournal(file);
    expect(journal.id).toBe(id);
  },
);

test('P6: a removed lock is made again, which is logged once', async () => {
  rmSync(`${file}.lock`);
  expect(await failure(journal.tidy())).toMatchObject({
    retry: true,
    message: expect.stringContaining('removed the lock file'),
  });
  await journal.tidy();
  expect(await writer(file, 0).line('refused')).toBe('refused locked');
  await journal.close();
  journal = openSqliteJournal(file);
});

test.skipIf(process.platform !== 'linux')(
  'P6: no second daemon starts beside it though the file of the lock has gone with all others',
  async () => {
    empty(data);
    expect(await writer(file, 0).line('refused')).toBe('refused locked');
    expect(() => openSqliteJournal(file)).toThrow(expect.objectContaining({ code: 'locked' }));
    await journal.close();
    expect(await writer(file, 0).line('holds')).toBe('holds 0');
  },
);

test('a person gives a saved journal up, and the start makes an empty one', async () => {
  rmSync(file);
  const saved = savedFile(await failure(add(52)));
  await journal.close();
  const refusal = expect.objectContaining({
    message: expect.stringContaining(saved),
    hint: expect.stringMatching(/lockstep restore .*--fresh-journal/),
  });
  expect(() => openSqliteJournal(file)).toThrow(refusal);
  journal = openSqliteJournal(file, { fresh: true });
  expect((await journal.head()).lastSeq).toBe(0);
  expect(existsSync(`${saved}.ignored`)).toBe(true);
  await journal.close();
  journal = openSqliteJournal(file);
});

test('a journal that has all that was saved is gone on with', async () => {
  rmSync(file);
  const saved = savedFile(await failure(add(52)));
  await journal.close();
  copyFileSync(saved, file);
  journal = openSqliteJournal(file);
  expect((await journal.head()).lastSeq).toBe(51);
});
