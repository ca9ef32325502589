import { expect, test } from 'vitest';
import { DamageNews } from '../../src/coordinator/journal/damage-news.ts';
import { IllegalWrite, JournalError } from '../../src/journal/errors.ts';

test('P9, P10: every damaged row is logged once, all reads of one are counted, and a notice is sent', () => {
  const lines: string[] = [];
  const kinds: string[] = [];
  const news = new DamageNews({
    log: { error: (_, details) => void lines.push(String(details?.['error'])) },
    notify: ({ kind }) => void kinds.push(kind),
  });
  const damage = (seq: number) => new JournalError(`command ${seq}`, { code: 'damaged' });
  for (let look = 0; look < 3; look++) news.note(damage(7));
  news.noteFailed(damage(8));
  expect(lines).toEqual(['command 7', 'command 8']);
  expect(kinds).toEqual(['journal_damaged', 'journal_damaged']);
  expect(news.counts).toEqual({ damagedReads: 4 });
  for (let seq = 0; seq < 5_000; seq++) news.note(damage(seq));
  expect(lines).toHaveLength(1_000);
});

test('P10: queries that fail for another reason, however many, are one line of the log for a while', () => {
  const lines: unknown[] = [];
  const kinds: string[] = [];
  const news = new DamageNews({
    log: { error: (what, details) => void lines.push([what, details]) },
    notify: ({ kind }) => void kinds.push(kind),
  });
  const error = new IllegalWrite('invalid byte sequence');
  for (let nth = 0; nth < 1_000; nth++) news.noteFailed(error);
  expect(lines).toEqual([['a query of a client failed', { error, failed: 1 }]]);
  news.noteFailed(new JournalError('the journal is closed', { code: 'closed' }));
  expect(lines).toHaveLength(1);
  expect(kinds).toEqual([]);
  expect(news.counts).toEqual({ damagedReads: 0 });
});
