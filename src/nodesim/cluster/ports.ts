/**
 * Chooses the ports of the cluster: the shared one, and the nodes' ports directly after it.
 *
 * Free ports are searched below the range that systems use for outgoing connections (32768 and up
 * on Linux). So no other program takes a port that is closed for a while (`refuse`, a restart). A
 * cluster takes a block of ports and holds the first one as long as it runs, so two clusters never
 * share a block.
 */
import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { codeOf, messageOf } from '../../base/error-fields.ts';
import { SOURCES } from '../settings.ts';
import { CannotStart, EXIT_LOST, EXIT_WRONG_SETTINGS } from '../start-error.ts';

const LOWEST = 15_000;
const HIGHEST = 32_000;
const TRIES_MAX = 100;
const BACKLOG = 1024;

/**
 * Makes `server` listen on the first port of the cluster and returns it.
 * @param first the wanted port, or 0 for any block of free ones
 * @throws StartError
 */
export async function takePorts(
  server: Server,
  { host, first, nodes }: { readonly host: string; readonly first: number; readonly nodes: number },
): Promise<number> {
  if (first !== 0) {
    if (await listens(server, host, first)) return first;
    throw portTaken(`port ${first}`);
  }
  const block = 2 ** Math.ceil(Math.log2(nodes + 1));
  for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
    const port = LOWEST + block * randomInt(Math.floor((HIGHEST - LOWEST) / block));
    if (!(await listens(server, host, port))) continue;
    if (await areFree(host, port + 1, nodes)) return port;
    await close(server);
  }
  throw portTaken(`every block of ports tried from ${LOWEST} to ${HIGHEST}`);
}

async function areFree(host: string, first: number, count: number): Promise<boolean> {
  for (let port = first; port < first + count; port++) {
    const probe = createServer();
    if (!(await listens(probe, host, port))) return false;
    await close(probe);
  }
  return true;
}

export function portTaken(what: string): CannotStart {
  const hint = `set another one by ${SOURCES.port.variable}`;
  return new CannotStart(`${what} is taken: another program listens there; ${hint}`, {
    exitCode: EXIT_LOST,
  });
}

/** False if the port is taken. */
async function listens(server: Server, host: string, port: number): Promise<boolean> {
  try {
    await listen(server, host, port);
    return true;
  } catch (error) {
    const [code, message] = [codeOf(error), messageOf(error)];
    if (code === 'EADDRINUSE') return false;
    const names = `${SOURCES.host.variable}, ${SOURCES.port.variable}`;
    const text = `can't listen there (${names}): ${message}`;
    throw new CannotStart(text, { cause: error, exitCode: EXIT_WRONG_SETTINGS });
  }
}

/** Resolves when it listens; rejects with the error of the system. */
export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const listening = (): void => {
      server.off('error', failed);
      resolve();
    };
    const failed = (error: Error): void => {
      server.off('listening', listening);
      reject(error);
    };
    server.once('listening', listening);
    server.once('error', failed);
    server.listen({ port, host, backlog: BACKLOG });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
