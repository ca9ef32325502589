/**
 * Free ports for the demo: three of the daemon, then the simulator's and, directly behind it, those
 * of its nodes. They are below the range that systems assign by themselves.
 */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const LOWEST = 10_000;
const HIGHEST = 32_000;
/** Command port, event port, operators' port, simulator, three nodes. */
const COUNT = 7;
const TRIES_MAX = 100;

/** The first of them; the ports of the nodes follow the last. */
export async function freePorts(): Promise<readonly [number, number, number, number]> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const first = randomInt(LOWEST, HIGHEST - COUNT);
    const free = await Promise.all(Array.from({ length: COUNT }, (_, at) => isFree(first + at)));
    if (free.every(Boolean)) return [first, first + 1, first + 2, first + 3];
  }
  throw new Error(`no ${COUNT} free ports in a row between ${LOWEST} and ${HIGHEST}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
