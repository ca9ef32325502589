/** The table of notices: texts, keys, documented kinds, and kinds that do not exist. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { noticeOf } from '../../src/observe/notify/notice.ts';
import {
  NOTICE_KINDS,
  type NoticeKind,
  type RaisedNotice,
} from '../../src/observe/notify/notice-kinds.ts';

const PAGE = readFileSync(new URL('../../docs/operate/monitor.md', import.meta.url), 'utf8');

const hide = (text: string) => text.replaceAll('secret', '***');

/** One of each kind; the type fails when a kind is missing. */
const SAMPLES: { readonly [Kind in NoticeKind]: readonly [RaisedNotice<Kind>, key: string] } = {
  stuck: [{ kind: 'stuck', isRollback: true, id: 'a', op: 'create' }, 'stuck/a'],
  still_stuck: [{ kind: 'still_stuck', count: 2 }, 'still_stuck'],
  parked: [{ kind: 'parked', id: 'a', op: 'delete' }, 'parked/a'],
  diverged: [{ kind: 'diverged', keys: 1 }, 'diverged'],
  breaker_open: [{ kind: 'breaker_open', node: 'n1', cause: 'a secret' }, 'breaker_open/n1'],
  breaker_closed: [{ kind: 'breaker_closed', node: 'n1' }, 'breaker_closed/n1'],
  missing_nodes: [{ kind: 'missing_nodes', counts: { n1: 3, n2: 1 } }, 'missing_nodes/n1, n2'],
  nodes_changed: [{ kind: 'nodes_changed', was: 'n1=u', now: 'n2=u' }, 'nodes_changed/n2=u'],
  disk_full: [{ kind: 'disk_full' }, 'disk_full'],
  disk_room: [{ kind: 'disk_room' }, 'disk_room'],
  journal_damaged: [{ kind: 'journal_damaged' }, 'journal_damaged'],
  sockets_reopened: [{ kind: 'sockets_reopened' }, 'sockets_reopened'],
  unsupervised: [{ kind: 'unsupervised' }, 'unsupervised'],
  restart: [{ kind: 'restart', cause: 'killed' }, 'restart'],
  thread_lost: [{ kind: 'thread_lost', thread: 'main', reason: 'a secret' }, 'thread_lost/main'],
};

test('P10: every kind has a text, and a key that is the same for the same matter', () => {
  for (const [raised, key] of Object.values(SAMPLES)) {
    const notice = noticeOf(raised, hide);
    expect(notice).toMatchObject({ kind: raised.kind, key });
    expect(notice.text).toMatch(/^\S.{10,}$/);
    expect(notice.text).not.toContain('secret');
  }
  expect(Object.keys(SAMPLES).sort()).toEqual(Object.keys(NOTICE_KINDS).sort());
});

test('the page for operators lists every kind, and no other', () => {
  const [, list = ''] = /Kinds: (.*?) \|/.exec(PAGE) ?? [];
  const documented = [...list.matchAll(/`(\w+)`/g)].map(([, kind]) => `${kind}`).sort();
  expect(documented).toEqual(Object.keys(NOTICE_KINDS).sort());
});

test('a kind without an entry, or without its facts, does not compile', () => {
  // @ts-expect-error: no entry in the table
  const invented: RaisedNotice = { kind: 'moonrise' };
  // @ts-expect-error: the facts of the kind are missing
  const bare: RaisedNotice = { kind: 'stuck', id: 'a' };
  expect([invented.kind, bare.kind]).toEqual(['moonrise', 'stuck']);
});
