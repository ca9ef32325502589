/** A journal whose last life did not end in order is checked before its use. */
import { closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { JournalError } from '../../src/journal/errors.ts';
import { openJournal } from '../../src/journal/open.ts';
import { openLookedThrough, openSqliteJournal } from '../../src/journal/sqlite/open/open.ts';
import { scratch } from './support/driver.ts';
import { batch, begun, range, settleAll } from './support/writes.ts';

let dir: string;
let file: string;
const detail: string[] = [];
const note = (message: string): void => void detail.push(message);
const log = { info: note, warn: note };

beforeEach(async () => {
  detail.length = 0;
  dir = scratch();
  file = join(dir, 'journal.db');
  await live('running');
});

afterEach(() => rmSync(dir, { recursive: true }));

/** A life that leaves this value. */
async function live(life: string): Promise<void> {
  const journal = openSqliteJournal(file);
  await settleAll(
    journal,
    range(1, 300)
      .map((seq) => begun(seq, { groupId: `${seq}-${'x'.repeat(200)}` }))
      .filter(({ command }) => life === 'running' || command.seq > 300),
  );
  await journal.keep('life', life);
  await journal.close();
}

/** A busy machine takes longer than a start should. */
const LONG = { bytes: Number.MAX_SAFE_INTEGER, ms: 60_000 };

function change(sql: string): void {
  const db = new Database(file);
  db.exec(sql);
  db.close();
}

/** Spoils a page in the middle of the table of commands, which no start reads. */
function spoil(): void {
  const db = new Database(file);
  const leaf = db
    .prepare(
      `SELECT pageno FROM dbstat WHERE name = 'command' AND pagetype = 'leaf' LIMIT 1 OFFSET 5`,
    )
    .pluck()
    .get() as number;
  const bytes = db.pragma('page_size', { simple: true }) as number;
  db.close();
  const handle = openSync(file, 'r+');
  writeSync(handle, new Uint8Array(bytes).fill(0xff), 0, bytes, (leaf - 1) * bytes);
  closeSync(handle);
}

const DAMAGED = {
  name: 'JournalError',
  code: 'corrupt',
  message: expect.stringContaining('journal.db is damaged'),
  hint: expect.stringContaining('lockstep restore FILE'),
};

test('P10: damage that no start would read is found before it is ready, and the remedy is reported', async () => {
  spoil();
  await expect(openJournal(`sqlite:${file}`, { log })).rejects.toMatchObject(DAMAGED);
  // It released the journal.
  await openSqliteJournal(file).close();
});

test('a sound journal is reported as sound', async () => {
  const journal = await openJournal(`sqlite:${file}`, { log });
  expect(detail).toEqual([expect.stringContaining('the journal was checked and is sound')]);
  await journal.close();
});

test('after an end in order, and in its first life, a sound journal is no news', async () => {
  await live('ended');
  await (await openJournal(`sqlite:${file}`, { log })).close();
  await (await openJournal(`sqlite:${join(dir, 'new.db')}`, { log })).close();
  expect(detail).toEqual([]);
});

test('P10: after an end in order too, damage that no start would read is found', async () => {
  await live('ended');
  spoil();
  await expect(openJournal(`sqlite:${file}`, { log, awaited: LONG })).rejects.toMatchObject(
    DAMAGED,
  );
});

test('P9: a large journal that was closed in order is not read at the start; the log says so', async () => {
  const journal = openSqliteJournal(file);
  const text = 'x'.repeat(2_000_000);
  const record = { digest: 'd', bytes: text.length };
  await settleAll(
    journal,
    range(301, 320).map((seq) => ({ ...begun(seq, { record }), record: text })),
  );
  await journal.keep('life', 'ended');
  await journal.close();
  spoil();
  await (await openJournal(`sqlite:${file}`, { log })).close();
  expect(detail).toEqual([expect.stringContaining('for all of it: lockstep journal check')]);
});

test('P7, P10: damaged rows of history are reported at the start, and their reader gets an error', async () => {
  await live('ended');
  change(`UPDATE command SET state = 'refused' WHERE seq IN (7, 8)`);
  const met: JournalError[] = [];
  const journal = await openJournal(`sqlite:${file}`, {
    log,
    onDamage: (error) => met.push(error),
  });
  const row = { code: 'damaged', message: expect.stringContaining('command 7 cannot be read') };
  expect(met).toMatchObject([{ ...row, message: expect.stringMatching(/command 7 .*and 1 more/) }]);
  await expect(journal.find('id-7')).rejects.toMatchObject(row);
  expect(met).toHaveLength(2);
  expect(await journal.find('id-9')).toMatchObject({ state: 'committed' });
  const { existing } = await journal.commit(batch({ accept: [begun(999, { id: 'id-7' })] }));
  expect(existing.get(999)).toMatchObject(row);
  await journal.close();
});

test('P10: a settled command that is marked as stuck is damaged', async () => {
  change('UPDATE command SET stuck = 1 WHERE seq = 9');
  const journal = openSqliteJournal(file);
  await expect(journal.find('id-9')).rejects.toMatchObject({ code: 'damaged' });
  await journal.close();
});

test.each([
  [
    'an open command is edited',
    `UPDATE command SET deadline_at = 1 WHERE seq = 500`,
    'command 500',
  ],
  ['its last entry is gone', 'DELETE FROM entry', 'command 500'],
  ['it is gone', 'DELETE FROM command WHERE seq = 500', 'counts 1 open'],
  ['its record is gone', 'DELETE FROM record', 'a record of command 500 is missing'],
  ['the counters are changed', 'UPDATE head SET last_seq = 3', 'counters'],
  ['a kept value is changed', `UPDATE kept SET value = 'started'`, 'kept as life'],
])('P1, P10: a start is refused when %s', async (_, sql, named) => {
  const journal = openSqliteJournal(file);
  const record = { digest: 'd', bytes: 2 };
  const turned = { kind: 'turned', at: 1, reason: 'deadline' } as const;
  await journal.commit(
    batch({
      accept: [{ ...begun(500, { record }), record: '{}' }],
      append: [{ seq: 500, entries: [turned] }],
    }),
  );
  await journal.keep('life', 'ended');
  await journal.close();
  change(sql);
  await expect(openJournal(`sqlite:${file}`, { log })).rejects.toMatchObject({
    ...DAMAGED,
    message: expect.stringContaining(named),
  });
});

test.each([
  ['is large', { bytes: 1, ms: 60_000 }],
  ['takes long', { bytes: Number.MAX_SAFE_INTEGER, ms: 0 }],
])(
  'P8, P9: what %s is looked through while it works, and damage ends it all the same',
  async (_, awaited) => {
    spoil();
    expect(statSync(file).size).toBeGreaterThan(1);
    const journal = await openLookedThrough(file, { log, awaited });
    expect(detail).toEqual([expect.stringContaining('checked in the background')]);
    await vi.waitFor(() => expect(journal.tidy()).rejects.toMatchObject(DAMAGED), {
      timeout: 10_000,
    });
    await expect(journal.commit(batch({ accept: [begun(999)] }))).rejects.toMatchObject(DAMAGED);
    await journal.close();
  },
);

test('P9: the end does not wait for a look that is under way', async () => {
  const journal = await openLookedThrough(file, { log, awaited: { bytes: 1, ms: 0 } });
  await journal.close();
  expect(detail).toHaveLength(1);
  await (await openJournal(`sqlite:${file}`, { log })).close();
  expect(detail.at(-1)).toContain('is sound');
});
