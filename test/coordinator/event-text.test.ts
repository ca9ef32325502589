import { expect, test } from 'vitest';
import { EVENT_BYTES_MAX, eventText } from '../../src/coordinator/sockets/event-text.ts';

function commandOn(count: number, lastResponse: string) {
  const names = Array.from({ length: count }, (_, index) => `node${index}`);
  const nodes = names.map((name) => [name, { state: 'absent', attempts: 1, lastResponse }]);
  return { id: 'order-17', op: 'create', nodes: Object.fromEntries(nodes) as object };
}

test('an event of few nodes has all that they said', () => {
  const command = commandOn(3, `404 ${'x'.repeat(196)}`);
  expect(JSON.parse(eventText(command))).toEqual(command);
});

test('P9: an event of many nodes that say much names their states alone', () => {
  const text = eventText(commandOn(50, 'ü'.repeat(200)));
  expect(Buffer.byteLength(text)).toBeLessThan(EVENT_BYTES_MAX);
  const { nodes } = JSON.parse(text) as { nodes: Record<string, object> };
  expect(Object.keys(nodes)).toHaveLength(50);
  expect(nodes['node49']).toEqual({ state: 'absent', attempts: 1 });
});

test('P9: an event of very many nodes names none', () => {
  const text = eventText(commandOn(1000, 'said'));
  expect(JSON.parse(text)).toEqual({ id: 'order-17', op: 'create' });
});

test('an event without nodes is left as it is', () => {
  expect(eventText({ lane: 'bulk', paused: true })).toBe('{"lane":"bulk","paused":true}');
});
