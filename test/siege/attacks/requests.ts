/** Attacks by requests: costly ones, ones whose answers nobody reads, ones whose clients are gone. */
import { randomUUID } from 'node:crypto';
import { Dealer } from 'zeromq';
import { pause } from '../../chaos/until.ts';
import { ZmtpPeer } from '../../support/zmtp-peer.ts';
import { type Attack, many, type Siege } from '../attack.ts';

const OPEN_MAX = 10_000;

export const REQUESTS: readonly Attack[] = [
  {
    name: 'empty frames',
    what: 'a message of 10,000 frames in front of a ping',
    pauseMs: 1000,
    strike: (siege) => answered(siege, [[...many(10_000, () => ''), '{"op":"ping"}']]),
  },
  {
    name: 'one id again and again',
    what: 'an open command, its id 500 times with 1 MB in front, and 2,000 times with 1,000 bytes',
    pauseMs: 5000,
    strike: async (siege) => {
      const command = JSON.stringify(openCommand('again'));
      const [large, small] = [Buffer.alloc(1_000_000), Buffer.alloc(1000)];
      await sent(siege, [...many(500, () => large), ...many(2000, () => small)], command);
    },
  },
  {
    name: 'unread lists',
    what: '3 clients, 300 pages of the history each, unread for 10 s',
    pauseMs: 10_000,
    strike: async ({ endpoint, over }) => {
      const peers = many(3, () => new ZmtpPeer(endpoint, 'DEALER'));
      for (const peer of peers) {
        for (let count = 0; count < 300; count++) peer.say('{"op":"list","limit":1000}');
        peer.stopReading();
      }
      await pause(10_000, over);
      for (const peer of peers) peer[Symbol.dispose]();
    },
  },
  {
    name: 'many states',
    what: '5 lists with 32,764 states each, right and wrong ones',
    pauseMs: 500,
    strike: (siege) =>
      answered(
        siege,
        many(5, (index) => [
          `{"op":"list","state":[${many(32_764, () => (index % 2 ? '"refused"' : '0')).join()}]}`,
        ]),
      ),
  },
  {
    name: 'cancel of many, tried',
    what: '20 dry runs over up to 10,000 open commands',
    pauseMs: 2000,
    strike: async (siege) => {
      await keepOpen(siege);
      const filter = { state: ['applying', 'accepted'], node: 'node01' };
      const frame = JSON.stringify({ op: 'cancel', filter, dryRun: true, limit: 1000 });
      await answered(
        siege,
        many(20, () => [frame]),
      );
    },
  },
  {
    name: 'batches of ten thousand',
    what: '5 batches of 10,000 wrong commands',
    pauseMs: 2000,
    strike: (siege) => {
      const frame = `{"op":"batch","commands":[${many(10_000, () => '{}').join()}]}`;
      return answered(
        siege,
        many(5, () => [frame]),
      );
    },
  },
  {
    name: 'lists of a hostile node',
    what: '5 stats and an audit over a node that lists pages of 15 MiB of zeros',
    pauseMs: 3000,
    strike: (siege) =>
      answered(siege, [...many(5, () => ['{"op":"stats"}']), ['{"op":"audit","limit":500}']]),
  },
  {
    name: 'pings without end',
    what: '5,000 pings, read',
    pauseMs: 2000,
    strike: (siege) =>
      answered(
        siege,
        many(5000, () => ['{"op":"ping"}']),
      ),
  },
  {
    name: 'vanishing clients',
    what: '20 clients that send a create and are gone',
    pauseMs: 500,
    strike: async ({ endpoint, over }) => {
      const peers = many(20, () => new ZmtpPeer(endpoint, 'DEALER'));
      for (const peer of peers) {
        const create = { op: 'create', groupId: `vanished ${randomUUID()}`, lane: 'interactive' };
        peer.say(JSON.stringify(create));
      }
      await pause(200, over);
      for (const peer of peers) peer[Symbol.dispose]();
    },
  },
];

/** Of the lane that is paused during the siege. */
function openCommand(groupId: string) {
  const fields = { lane: 'bulk', deadlineMs: 20_000, ifUnavailable: 'wait' } as const;
  return { op: 'create', groupId, id: groupId, ...fields };
}

/** Fills the paused lane; the commands are refused at their deadline. */
function keepOpen(siege: Siege): Promise<void> {
  const commands = many(OPEN_MAX / 4, () => ({
    ...openCommand(randomUUID()),
    wait: 'accepted',
  }));
  return answered(siege, [[JSON.stringify({ op: 'batch', commands })]]);
}

/** Sends these, reads the answers of all, for 10 s at most. */
async function answered({ endpoint, over }: Siege, messages: readonly string[][]): Promise<void> {
  const dealer = new Dealer({ linger: 0, receiveTimeout: 1000, sendHighWaterMark: 0 });
  try {
    dealer.connect(endpoint);
    for (const frames of messages) await dealer.send(frames);
    const until = performance.now() + 10_000;
    for (let count = 0; count < messages.length && performance.now() < until; ) {
      if (over.aborted) return;
      if ((await dealer.receive().catch(() => undefined)) !== undefined) count++;
    }
  } finally {
    dealer.close();
  }
}

/** Sends the request behind each of these envelopes, and reads nothing for 3 s. */
async function sent(siege: Siege, envelopes: readonly Buffer[], request: string): Promise<void> {
  const dealer = new Dealer({ linger: 0, sendHighWaterMark: 0 });
  try {
    dealer.connect(siege.endpoint);
    for (const envelope of envelopes) await dealer.send([envelope, request]);
    await pause(3000, siege.over);
  } finally {
    dealer.close();
  }
}
