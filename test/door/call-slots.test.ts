import { expect, onTestFinished, test, vi } from 'vitest';
import { CallSlots } from '../../src/base/call-slots.ts';
import { ClientList } from '../../src/clients/client-list.ts';
import { startServer } from '../../src/door/server.ts';
import type { Answer } from '../../src/protocol/answer.ts';
import { knownClient } from '../clients/support.ts';
import { freePorts } from '../support/free-ports.ts';
import { opsOptions } from './standing.ts';

test('P9: one client takes half of the slots and of the bytes at most, all together take all', () => {
  const slots = new CallSlots({ callsMax: 4, bytesMax: 100 });
  const freeAnn = slots.take('ann', 40);
  expect(slots.take('ann', 20)).toBeUndefined();
  expect(slots.take('ann', 10)).toBeDefined();
  expect(slots.take('ann', 0)).toBeUndefined();
  expect(slots.take('bob', 50)).toBeDefined();
  expect(slots.take('bob', 1)).toBeUndefined();
  expect(slots.take('bob', 0)).toBeDefined();
  expect(slots.take('eve', 0)).toBeUndefined();
  freeAnn?.();
  expect(slots.take('eve', 40)).toBeDefined();
  expect(slots.take('ann', 0)).toBeUndefined();
});

test('a place that is freed can be taken again, for ever', () => {
  const slots = new CallSlots({ callsMax: 2, bytesMax: 20 });
  for (let count = 0; count < 1000; count++) {
    const free = slots.take('ann', 10);
    expect(free).toBeDefined();
    free?.();
  }
});

test('P9: a client that leaves keeps its place until the coordinator is done with its call', async () => {
  const [port = 0] = await freePorts(1);
  const ann = knownClient('ann', 'operate');
  const answer = Promise.withResolvers<Answer>();
  const ask = vi.fn(() => answer.promise);
  const clients = () => new ClientList([ann.client]);
  const server = await startServer(opsOptions({ port, clients, callsMax: 2, ask }));
  onTestFinished(() => server.close());
  const headers = { authorization: `Bearer ${ann.token}` };
  const call = (signal?: AbortSignal) =>
    fetch(`http://127.0.0.1:${port}/v1/stats`, { headers, ...(signal ? { signal } : {}) });
  const leaving = new AbortController();
  const left = call(leaving.signal);
  await vi.waitUntil(() => ask.mock.calls.length === 1);
  leaving.abort();
  await expect(left).rejects.toThrow();
  for (let count = 0; count < 10; count++) expect((await call()).status).toBe(429);
  answer.resolve({ pid: 1, version: '1.2.3', accepting: true, uptimeMs: 1 });
  await vi.waitFor(async () => expect((await call()).status).toBe(200));
  expect(ask).toHaveBeenCalledTimes(2);
});
