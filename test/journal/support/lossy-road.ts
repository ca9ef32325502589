/** A road to a server that can lose answers: what is sent arrives and is executed, and nobody hears of it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface LossyRoad extends AsyncDisposable {
  readonly port: number;
  /** The next answer of the server to a request is lost, and its connection with it. */
  loseNextAnswer(): Promise<void>;
}

export async function lossyRoad(to: number): Promise<LossyRoad> {
  const sockets = new Set<Socket>();
  let onLost: (() => void) | undefined;
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        near.destroy();
        far.destroy();
      });
    }
    let isAsked = false;
    near.on('data', (bytes) => {
      isAsked = bytes.includes('commit_v1');
      far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (onLost === undefined || !isAsked) return near.write(bytes);
      onLost();
      onLost = undefined;
      return near.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    loseNextAnswer: () =>
      new Promise((resolve) => {
        onLost = resolve;
      }),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
