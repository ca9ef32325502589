import { connect, type Socket } from 'node:net';

interface ReturningPeers {
  readonly port: number;
  readonly host: string;
  readonly count: number;
  /** Sent by each at once; nothing by default. */
  readonly greeting?: string;
  /** From the end of a connection to the next one of the same peer. */
  readonly pauseMs?: number;
}

/** So many connections; each that the other side ends comes again. Returns the function that ends them. */
export function keepReturning(peers: ReturningPeers): () => void {
  const { port, host, count, greeting = '', pauseMs = 20 } = peers;
  const sockets = new Set<Socket>();
  let isStopped = false;
  const join = (): void => {
    const socket = connect(port, host).resume();
    sockets.add(socket);
    if (greeting !== '') socket.write(greeting, 'latin1');
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      if (!isStopped) setTimeout(join, pauseMs);
    });
  };
  for (let number = 0; number < count; number++) join();
  return () => {
    isStopped = true;
    for (const socket of sockets) socket.destroy();
  };
}
