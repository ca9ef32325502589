import { expect, test, vi } from 'vitest';
import type { EventMessage } from '../../src/channel/door-messages.ts';
import { EventFeed } from '../../src/coordinator/door/event-feed.ts';

function opened() {
  const sent: EventMessage[] = [];
  let unread = 0;
  const feed = new EventFeed({ send: (event) => sent.push(event), unread: () => unread });
  const hold = (characters: number) => {
    unread = characters;
  };
  return { feed, sent, hold };
}

test('an event that nobody at the door wants is not even built', () => {
  const { feed, sent } = opened();
  const payload = vi.fn(() => ({ id: 'a' }));
  feed.publish('command.committed', payload);
  feed.listen(['breaker.']);
  feed.publish('command.committed', payload);
  expect(payload).not.toHaveBeenCalled();
  feed.listen(['breaker.', 'command.']);
  feed.publish('command.committed', payload);
  expect(sent).toEqual([{ kind: 'event', topic: 'command.committed', text: '{"id":"a"}' }]);
});

test('P9: a door that does not keep up misses events, and is sent how many', () => {
  const { feed, sent, hold } = opened();
  feed.listen(['']);
  hold(5 * 1024 * 1024);
  feed.publish('command.stuck', () => ({}));
  feed.publish('command.stuck', () => ({}));
  expect(sent).toEqual([]);
  hold(0);
  feed.publish('lane.bulk', () => ({}));
  feed.publish('lane.bulk', () => ({}));
  expect(sent.map(({ missed }) => missed)).toEqual([2, undefined]);
});
