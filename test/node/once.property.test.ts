import type { Socket } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NodeReplyKind } from '../../src/core/model.ts';
import { Asking, CREATE, READ } from './support/asking.ts';
import { answer, startRawNode } from './support/raw-node.ts';

/** The possible acts of a node on a request, or on a connection. */
const DEEDS = {
  answers: (socket: Socket) => socket.write(answer('201 Created', 'CREATED')),
  'answers and closes': (socket: Socket) => socket.end(answer('201 Created', 'CREATED')),
  'answers, wants it closed': (socket: Socket) =>
    socket.write(answer('201 Created', 'CREATED', ['connection: close'])),
  'says 500': (socket: Socket) => socket.write(answer('500 Oops', 'no')),
  'says nothing': () => {},
  closes: (socket: Socket) => socket.end(),
  resets: (socket: Socket) => socket.resetAndDestroy(),
  'stops in the middle': (socket: Socket) =>
    socket.end('HTTP/1.1 201 Created\r\ncontent-length: 9\r\n\r\nCRE'),
  'resets in the middle': (socket: Socket) =>
    socket.write('HTTP/1.1 201 Created\r\ncontent-length: 9\r\n\r\nC', () =>
      socket.resetAndDestroy(),
    ),
  'answers twice': (socket: Socket) => socket.write(answer('201 Created', 'CREATED').repeat(2)),
} as const;

const deed = fc.constantFrom(...(Object.keys(DEEDS) as (keyof typeof DEEDS)[]));
const onConnection = fc.constantFrom('takes', 'takes', 'takes', 'resets', 'closes');

test('P2, P4.2: no request is ever written twice, and each answer agrees with the node', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(deed, { minLength: 1, maxLength: 30 }),
      fc.array(onConnection, { minLength: 1, maxLength: 10 }),
      fc.array(fc.record({ read: fc.boolean(), abort: fc.integer({ min: 0, max: 30 }) }), {
        minLength: 1,
        maxLength: 30,
      }),
      async (deeds, welcomes, asks) => {
        let turn = 0;
        const node = await startRawNode(
          (socket) => void DEEDS[deeds[turn++ % deeds.length] ?? 'answers'](socket),
          {
            onConnection: (socket, index) => {
              const welcome = welcomes[index % welcomes.length];
              if (welcome === 'resets') socket.resetAndDestroy();
              if (welcome === 'closes') socket.end();
            },
          },
        );
        const asking = new Asking(node.url, { connections: 3, requestTimeoutMs: 60 });
        const kinds = await Promise.all(
          asks.map(async ({ read, abort }, index): Promise<NodeReplyKind> => {
            const key = `key-${index}-`;
            const create = { ...CREATE, body: JSON.stringify({ groupId: key }) };
            const asked = asking.ask(read ? READ : create, key);
            if (abort < 10) void afterTurns(abort, asked.abort);
            return (await asked.answer).kind;
          }),
        );
        for (const [index, kind] of kinds.entries()) {
          const seen = node.requests.filter(({ line, body }) =>
            `${line} ${body}`.includes(`key-${index}-`),
          ).length;
          expect(seen).toBeLessThanOrEqual(1);
          if (kind === 'unsent') expect(seen).toBe(0);
          else if (kind !== 'lost') expect(seen).toBe(1);
        }
      },
    ),
    { numRuns: 40 },
  );
});

async function afterTurns(turns: number, act: () => void): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
  act();
}
