import { existsSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { JOURNAL_ERRORS, JournalError } from '../../src/journal/errors.ts';
import { MemoryJournal } from '../../src/journal/memory/journal.ts';
import { openJournal } from '../../src/journal/open.ts';
import { scratch } from './support/driver.ts';
import { batch, begun } from './support/writes.ts';

test('sqlite:PATH opens that file, absolute or relative', async () => {
  const dir = scratch();
  for (const path of [join(dir, 'a b?#%.db'), relative(process.cwd(), join(dir, 'relative.db'))]) {
    const journal = await openJournal(`sqlite:${path}`);
    await journal.commit(batch({ accept: [begun(1)] }));
    await journal.close();
    expect(existsSync(path)).toBe(true);
  }
  rmSync(dir, { recursive: true });
});

test('memory: opens an empty journal each time', async () => {
  const journal = await openJournal('memory:');
  await journal.commit(batch({ accept: [begun(1)] }));
  expect((await (await openJournal('memory:')).head()).lastSeq).toBe(0);
});

test.each(['', 'sqlite:', 'sqlite::memory:', '/var/lib/journal.db', 'mysql://me:secret@db/x'])(
  "'%s' is refused, without a password in the message",
  async (url) => {
    const failure = await openJournal(url).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(JournalError);
    expect(failure).toMatchObject({ code: 'unsupported', retry: false });
    expect(String(failure)).not.toContain('secret');
  },
);

test('every error of the journal has a remedy', () => {
  for (const [code, { hint, retry }] of Object.entries(JOURNAL_ERRORS)) {
    const error = new JournalError('what happened', { code: code as keyof typeof JOURNAL_ERRORS });
    expect(error).toMatchObject({ name: 'JournalError', message: 'what happened', hint, retry });
    expect(hint).toMatch(/^[A-Z].*\.$/s);
  }
});

test('a crashed memory journal leaves what was committed, and nothing else', async () => {
  const journal = new MemoryJournal();
  await journal.commit(batch({ accept: [begun(1)] }));
  const crash = journal.snapshot();
  await journal.commit(batch({ accept: [begun(2)] }));
  const next = new MemoryJournal(crash);
  expect(await next.head()).toMatchObject({ lastSeq: 1, openCount: 1 });
  await next.commit(batch({ accept: [begun(2, { groupId: 'another life' })] }));
  expect((await journal.find('id-2'))?.command.groupId).toBe('group-2');
  expect(await new MemoryJournal(crash).find('id-2')).toBeUndefined();
});

test('a memory journal that is set to refuse stores nothing until that is reset', async () => {
  const journal = new MemoryJournal();
  const full = new JournalError('no room', { code: 'full' });
  journal.refuseChanges(full);
  await expect(journal.commit(batch({ accept: [begun(1)] }))).rejects.toBe(full);
  await expect(journal.prune({ lived: 0, retentionMs: 0, limit: 1 })).rejects.toBe(full);
  expect((await journal.head()).lastSeq).toBe(0);
  journal.refuseChanges(undefined);
  await journal.commit(batch({ accept: [begun(1)] }));
  expect((await journal.head()).lastSeq).toBe(1);
});
