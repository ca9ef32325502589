/**
 * Ports for programs that cannot look for free ones themselves.
 *
 * They are below the range that systems assign to connections (Linux from 32768, others from
 * 49152), so that no connection takes one between this search and the program's bind. Two tests may
 * still choose the same: a caller that starts a program tries again with others.
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
