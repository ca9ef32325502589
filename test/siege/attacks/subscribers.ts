/** Attacks on the events socket. */

import { pause } from '../../chaos/until.ts';
import { ZmtpPeer } from '../../support/zmtp-peer.ts';
import { type Attack, many } from '../attack.ts';

export const SUBSCRIBERS: readonly Attack[] = [
  {
    name: 'unread subscribers',
    what: '20 subscribers of everything that read nothing for 20 s',
    pauseMs: 500,
    strike: async ({ eventsEndpoint, over }) => {
      const peers = many(20, () => new ZmtpPeer(eventsEndpoint, 'SUB'));
      for (const peer of peers) {
        peer.say(1);
        peer.stopReading();
      }
      await pause(20_000, over);
      for (const peer of peers) peer[Symbol.dispose]();
    },
  },
  {
    name: 'topics without end',
    what: '1 subscriber of 100,000 topics of 240 bytes',
    pauseMs: 10_000,
    strike: async ({ eventsEndpoint, over }) => {
      using peer = new ZmtpPeer(eventsEndpoint, 'SUB');
      peer.ignore();
      over.addEventListener('abort', () => peer[Symbol.dispose](), { once: true });
      await peer.ready;
      await peer.subscribe(100_000, 240);
      await Promise.race([peer.closed, pause(2000, over)]);
    },
  },
  {
    name: 'foreign unsubscribes',
    what: '20 subscribers that end subscriptions which others have',
    pauseMs: 500,
    strike: async ({ eventsEndpoint, over }) => {
      const peers = many(20, () => new ZmtpPeer(eventsEndpoint, 'SUB'));
      for (const peer of peers) {
        peer.ignore();
        for (const topic of ['', 'command.', 'command.committed']) peer.say(0, topic);
      }
      await pause(500, over);
      for (const peer of peers) peer[Symbol.dispose]();
    },
  },
];
