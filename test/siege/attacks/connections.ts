/** Attacks by connections that speak no ZeroMQ, only a part of it, or not a word. */

import { pause } from '../../chaos/until.ts';
import { ZmtpPeer } from '../../support/zmtp-peer.ts';
import { type Attack, heldOpen, many, rawConnection, type Siege } from '../attack.ts';

const MIB = 1024 * 1024;
const GREETING_BYTES = 64;

export const CONNECTIONS: readonly Attack[] = [
  {
    name: 'garbage',
    what: '30 connections, random bytes to each of the three ports',
    pauseMs: 500,
    strike: async (siege) => {
      const { endpoint, eventsEndpoint, opsUrl, chance, over } = siege;
      const sockets = many(30, (index) => {
        const socket = rawConnection([endpoint, eventsEndpoint, opsUrl][index % 3] ?? endpoint);
        socket.end(Buffer.from(many(chance.between(1, 2000), () => chance.between(0, 255))));
        return socket;
      });
      await heldOpen(sockets, 500, over);
    },
  },
  {
    name: 'half greetings',
    what: '50 connections that stop within their greeting',
    pauseMs: 100,
    strike: async (siege) => {
      const { chance, over } = siege;
      const greeting = Buffer.alloc(GREETING_BYTES);
      greeting.set([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0]);
      const sockets = many(50, () => {
        const socket = rawConnection(either(siege));
        socket.write(greeting.subarray(0, chance.between(1, GREETING_BYTES - 1)));
        return socket;
      });
      await heldOpen(sockets, 3000, over);
    },
  },
  {
    name: 'silent connections',
    what: '400 connections without a byte, held until the daemon closes them',
    pauseMs: 100,
    strike: async (siege) => {
      const sockets = many(400, () => rawConnection(either(siege)));
      await heldOpen(sockets, 5000, siege.over);
    },
  },
  {
    name: 'half frames',
    what: '20 greeted clients that announce 3 MiB and send 1 KiB',
    pauseMs: 500,
    strike: (siege) => announced(siege, 3 * MIB),
  },
  {
    name: 'huge frames',
    what: '20 greeted clients that announce 60 MiB',
    pauseMs: 1000,
    strike: (siege) => announced(siege, 60 * MIB),
  },
  {
    name: 'messages without end',
    what: '1 client, frames of 1 MiB of one message until it is cut off',
    pauseMs: 120_000,
    strike: async ({ endpoint, over }) => {
      using peer = new ZmtpPeer(endpoint, 'DEALER');
      peer.ignore();
      over.addEventListener('abort', () => peer[Symbol.dispose](), { once: true });
      await peer.ready;
      await peer.pour(Buffer.alloc(MIB), 2 * 1024);
      await Promise.race([peer.closed, pause(3000, over)]);
    },
  },
];

function either({ endpoint, eventsEndpoint, chance }: Siege): string {
  return chance.pick([endpoint, eventsEndpoint]);
}

async function announced({ endpoint, over }: Siege, bytes: number): Promise<void> {
  const peers = many(20, () => new ZmtpPeer(endpoint, 'DEALER'));
  for (const peer of peers) {
    peer.ignore();
    peer.announce(bytes, Buffer.alloc(1024));
  }
  const closed = Promise.all(peers.map((peer) => peer.closed));
  await Promise.race([closed, pause(3000, over)]);
  for (const peer of peers) peer[Symbol.dispose]();
}
