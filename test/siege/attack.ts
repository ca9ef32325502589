/** What an attack is: a round that begins again and again, after a pause, until the siege ends. */
import { connect, type Socket } from 'node:net';
import { pause } from '../chaos/until.ts';
import type { Prng } from '../core/model/prng.ts';

export interface Target {
  readonly endpoint: string;
  readonly eventsEndpoint: string;
  /** `http://127.0.0.1:PORT` */
  readonly opsUrl: string;
}

export interface Siege extends Target {
  readonly chance: Prng;
  /** Aborted at the end: rounds return soon. */
  readonly over: AbortSignal;
}

export interface Attack {
  readonly name: string;
  /** Of one round, for the report. */
  readonly what: string;
  /** Between two rounds. */
  readonly pauseMs: number;
  /** One round. It may throw: the daemon has closed its connection. */
  readonly strike: (siege: Siege) => Promise<void>;
}

/** A raw connection to one of the daemon's ports; its errors are ignored, and nothing is kept of what it hears. */
export function rawConnection(url: string): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  return socket.resume();
}

/** Resolves when the other end has closed the connection, or after this time; then it is destroyed. */
export async function heldOpen(sockets: readonly Socket[], ms: number, over: AbortSignal) {
  const closed = Promise.all(
    sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))),
  );
  await Promise.race([closed, pause(ms, over)]);
  for (const socket of sockets) socket.destroy();
}

export function many<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
