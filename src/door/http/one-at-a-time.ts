/**
 * One request at a time on a connection (P9). Node runs all requests of one packet at once, and aborts all of them
 * when the connection is closed: with 64 KiB of them on each of 200 connections, the thread hung, and that ended the daemon.
 * A request before the answer to the one before ends its connection; no honest client of this port sends one.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Of Node's HTTP server, undocumented (Node 24): without it the bound holds, and a flood costs more. */
interface Parsed extends Socket {
  parser?: { onIncoming: unknown } | null;
}

/** To the parser: the rest of the packet is no HTTP. */
const STOP = 2;

export class OneAtATime {
  readonly #busy = new WeakSet<Socket>();

  /** @returns whether the request may go on; if not, its connection is closed */
  take({ socket }: IncomingMessage, response: ServerResponse): boolean {
    if (this.#busy.has(socket)) {
      socket.destroy();
      return false;
    }
    this.#busy.add(socket);
    const release = stopParsing(socket);
    response.once('close', () => {
      this.#busy.delete(socket);
      release();
    });
    return true;
  }
}

/** Ends the connection at its next request, without the cost of that request and of those behind it. */
function stopParsing(socket: Parsed): () => void {
  const { parser } = socket;
  const onIncoming = parser?.onIncoming;
  if (typeof onIncoming !== 'function' || !parser) return () => {};
  parser.onIncoming = () => {
    socket.destroy();
    return STOP;
  };
  return () => {
    // The parser of a closed connection may serve another one by now.
    if (socket.parser === parser) parser.onIncoming = onIncoming;
  };
}
