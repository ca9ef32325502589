/** A socket with the daemon's options at the endpoint of argument 1; it prints the number of its descriptors. */
import { readdirSync } from 'node:fs';
import { Reply, Router } from 'zeromq';
import { clientOptions } from '../../../src/coordinator/sockets/client-socket.ts';
import { ZapHandler } from '../../../src/coordinator/sockets/zap.ts';
import { notedLog } from '../../observe/support/noted-log.ts';

const LOOK_MS = 200;

const zap = new ZapHandler(new Reply(), {
  log: notedLog().log,
  room: { take: () => true },
  isCurve: false,
  clients: () => undefined,
});
await zap.bind();
void zap.answer();
const socket = new Router(clientOptions(1024));
await socket.bind(process.argv[2] ?? '');
setInterval(() => console.log(readdirSync('/proc/self/fd').length), LOOK_MS);
for await (const _ of socket);
