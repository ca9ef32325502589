/**
 * Which ports the cluster takes: the shared one, and the nodes' right behind it.
 *
 * Free ports are looked for below the range from which systems give ports to outgoing connections
 * (32768 and up on Linux), so that a port that is closed for a while (`refuse`, a restart) is not
 * lost to a stranger. A cluster takes a block of ports and holds its first one as long as it runs,
 * so two clusters never share a block.
 */
import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

const LOWEST = 15_000;
const HIGHEST = 32_000;
const TRIES_MAX = 100;

/** Thrown if a port can't be had. */
export class PortTakenError extends Error {
  constructor(what: string) {
    super(`${what} is taken: another program listens there`);
  }
}

/**
 * Makes `front` listen on the first port of the cluster and returns it.
 * @param first the wanted port, or 0 for any block of free ones
 */
export async function takePorts(
  front: Server,
  { host, first, nodes }: { readonly host: string; readonly first: number; readonly nodes: number },
): Promise<number> {
  if (first !== 0) {
    if (!(await listens(front, host, first))) throw new PortTakenError(`port ${first}`);
    return first;
  }
  const block = 2 ** Math.ceil(Math.log2(nodes + 1));
  for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
    const port = LOWEST + block * randomInt(Math.floor((HIGHEST - LOWEST) / block));
    if (!(await listens(front, host, port))) continue;
    if (await areFree(host, port + 1, nodes)) return port;
    await close(front);
  }
  throw new PortTakenError(`every block of ${block} ports tried from ${LOWEST} to ${HIGHEST}`);
}

async function areFree(host: string, first: number, count: number): Promise<boolean> {
  for (let port = first; port < first + count; port++) {
    const probe = createServer();
    if (!(await listens(probe, host, port))) return false;
    await close(probe);
  }
  return true;
}

/** False if the port is taken; rejects for any other reason. */
function listens(server: Server, host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      server.off('listening', listening);
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    };
    const listening = (): void => {
      server.off('error', failed);
      resolve(true);
    };
    server.once('error', failed);
    server.once('listening', listening);
    server.listen({ port, host, backlog: 1024 });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
