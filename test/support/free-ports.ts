/**
 * Ports for programs that cannot look for free ones themselves.
 *
 * They lie below the range that the system hands out by itself (Linux from 32768, others from
 * 49152), so that no connection of a neighbour takes one between this look and the program's own
 * bind. Two tests may still pick the same: whoever starts a program tries again with others.
 */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const LOWEST = 10_000;
const HIGHEST = 32_000;
const TRIES_MAX = 100;

/** `count` ports in a row that are free now. */
export async function freePorts(count: number): Promise<readonly number[]> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const first = randomInt(LOWEST, HIGHEST - count);
    const ports = Array.from({ length: count }, (_, index) => first + index);
    const free = await Promise.all(ports.map(isFree));
    if (free.every(Boolean)) return ports;
  }
  throw new Error(`no ${count} free ports in a row between ${LOWEST} and ${HIGHEST}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
