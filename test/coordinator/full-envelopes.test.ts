import { expect, test } from 'vitest';
import type { Router } from 'zeromq';
import { authorise } from '../../src/clients/principal.ts';
import { ClientSocket } from '../../src/coordinator/sockets/client-socket.ts';
import type { Log } from '../../src/observe/log/log-port.ts';

const CREATE = '{"op":"create","groupId":"5"}';
const PING = '{"op":"ping"}';
/** With the longest envelopes a little more than one client may have waiting. */
const WAITING_COMMANDS = 13_500;
const FAT = Array.from({ length: 32 }, () => Buffer.alloc(32));

test('P9: an operator is served while waiting commands fill the memory for envelopes', async () => {
  const flood = ['one', 'two'].flatMap((client) => {
    return Array.from({ length: WAITING_COMMANDS }, () => sent(client, CREATE));
  });
  const requests = [sent('operator', CREATE), sent('operator', PING)];
  // Each client of the flood may leave a little room: together enough for one more.
  const { router, replies } = routerOf([...flood, sent('rest', CREATE), ...requests]);
  const taken: string[] = [];
  const front = new ClientSocket({
    router,
    frameBytesMax: 1024,
    authorise: () => authorise({ list: undefined, mode: 'auto' }, undefined, ''),
    log: { warn: () => {} } as unknown as Log,
    journalId: 'journal-1',
    isFull: () => false,
    clientNow: () => 0,
    onRequest: ({ op }) => void taken.push(op),
    onError: (error) => {
      throw error;
    },
  });
  await front.receive();
  await front.flushed();
  const refused = replies.filter(([client]) => client === 'operator');
  expect(refused).toMatchObject([['operator', { error: { code: 'busy' } }]]);
  expect(taken.at(-1)).toBe('ping');
});

function sent(client: string, request: string): readonly Buffer[] {
  return [Buffer.from(client), ...FAT, Buffer.from(request)];
}

/** Not a real socket: all messages share their frames, which would be a million otherwise. */
function routerOf(messages: readonly (readonly Buffer[])[]) {
  const replies: (readonly [client: string, answer: object])[] = [];
  const router = {
    closed: false,
    send: async ([client, ...frames]: readonly (Buffer | string)[]) => {
      replies.push([String(client), JSON.parse(String(frames.at(-1))) as object]);
    },
    async *[Symbol.asyncIterator]() {
      yield* messages;
    },
  };
  return { router: router as unknown as Router, replies };
}
