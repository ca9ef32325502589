/**
 * A socket with the daemon's options that is not read for a while, as under load, and a peer that has sent more than
 * fits and resets its connection. It prints `alive` if libzmq has not aborted the process within two heartbeats.
 * Argument: `clients` or `events`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Reply, Router, XPublisher } from 'zeromq';
import { clientOptions } from '../../../src/coordinator/sockets/client-socket.ts';
import { eventOptions } from '../../../src/coordinator/sockets/event-socket.ts';
import { ZapHandler } from '../../../src/coordinator/sockets/zap.ts';
import { notedLog } from '../../observe/support/noted-log.ts';
import { ZmtpPeer } from '../../support/zmtp-peer.ts';

const UNREAD_MS = 13_000;
const MESSAGES = 20_000;

const isClients = process.argv[2] === 'clients';
const zap = new ZapHandler(new Reply(), {
  log: notedLog().log,
  room: { take: () => true },
  isCurve: false,
  clients: () => undefined,
});
await zap.bind();
void zap.answer();
const socket = isClients ? new Router(clientOptions(1024)) : new XPublisher(eventOptions());
await socket.bind('tcp://127.0.0.1:*');
const peer = new ZmtpPeer(socket.lastEndpoint ?? '', isClients ? 'DEALER' : 'SUB');
await peer.ready;
for (let count = 0; count < MESSAGES; count++) peer.say(1, `topic ${count}`);
await sleep(1000);
peer.reset();
await sleep(UNREAD_MS);
console.log('alive');
process.exit();
