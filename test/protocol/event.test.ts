/** Events: the union that the coordinator publishes is the one that clients read. */
import { readFileSync } from 'node:fs';
import { expect, expectTypeOf, test } from 'vitest';
import type { CommandAnswer } from '../../src/protocol/answer.ts';
import {
  type DaemonEvent,
  type PublishedEvent,
  readEvent,
  type UnknownEvent,
} from '../../src/protocol/event.ts';

const DOCS = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');

function documentedTopics(): readonly string[] {
  const [, section = ''] = DOCS.split('## Events');
  const rows = section.split('## ')[0]?.matchAll(/^\| (`[a-z]+\..*?) \|/gm) ?? [];
  return [...rows].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(.+?)`/g)].map(([, at]) => `${at}`),
  );
}

test('every documented topic has a kind, which is its first word', () => {
  const topics = documentedTopics();
  expect(topics).toHaveLength(15);
  const kinds = topics.map((topic) => readEvent(topic, '{}').kind);
  expect(kinds).toEqual(topics.map((topic) => topic.split('.')[0]));
});

test('an event of a newer daemon is unknown, and keeps its topic and payload', () => {
  const event = readEvent('moon.full', '{"at":"2026-11-29T00:00:00.000Z"}');
  const payload = { at: '2026-11-29T00:00:00.000Z' };
  expect(event).toEqual({ kind: 'unknown', topic: 'moon.full', payload });
  expect(readEvent('constructor.name', '1').kind).toBe('unknown');
});

test('the kind says which payload it is, and a topic takes no other', () => {
  expectTypeOf<DaemonEvent<'command'>['payload']>().toEqualTypeOf<
    CommandAnswer & { readonly at: string; readonly number: number }
  >();
  type Payload = Extract<DaemonEvent | UnknownEvent, { kind: 'audit' }>['payload'];
  expectTypeOf<Payload['checked']>().toEqualTypeOf<number>();
  // @ts-expect-error: no such change of a command
  const change: PublishedEvent<'command'>['topic'] = 'command.lost';
  const mixed: PublishedEvent = {
    kind: 'audit',
    topic: 'audit.finished',
    // @ts-expect-error: the payload of another kind
    payload: () => ({ lane: 'bulk', paused: true }),
  };
  expect([change, mixed.kind]).toEqual(['command.lost', 'audit']);
});
