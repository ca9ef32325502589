/** Whether a program listens at a port of this machine, or at a unix socket. */
import { once } from 'node:events';
import { connect, type NetConnectOpts } from 'node:net';

export function accepts(port: number): Promise<boolean> {
  return acceptsAt({ host: '127.0.0.1', port });
}

export async function acceptsAt(where: NetConnectOpts): Promise<boolean> {
  const socket = connect(where);
  const answer = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return answer;
}
