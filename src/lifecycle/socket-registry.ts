/**
 * The sockets of one thread (ZeroMQ's, and its connections to nodes), each with the line of code
 * that opened it: the line that opens a socket also adds it here. Main gets every change, so that
 * it can name the open sockets when the thread itself no longer responds.
 *
 * Only the thread itself closes them, because sockets belong to the thread that opened them.
 */

/** One open socket, as main knows it. */
export interface OpenSocket {
  /** Its purpose: `clients`. */
  readonly name: string;
  /** `file:line:column` of the line that added it. */
  readonly madeAt: string;
}

/** A socket, reduced to closing it; closing is synchronous. */
interface Closable {
  close(): void;
}

export class SocketRegistry {
  readonly #open = new Map<Closable, OpenSocket>();
  readonly #onChange: (open: readonly OpenSocket[]) => void;
  #isClosed = false;

  constructor(onChange: (open: readonly OpenSocket[]) => void) {
    this.#onChange = onChange;
  }

  /** After `closeAll` a new socket is closed at once. */
  add<Socket extends Closable>(name: string, socket: Socket): Socket {
    if (this.#isClosed) {
      socket.close();
      return socket;
    }
    const { stack } = new Error('only for its stack');
    this.#open.set(socket, { name, madeAt: callerOf(stack) });
    this.#onChange([...this.#open.values()]);
    return socket;
  }

  /** Closes one of them. */
  close(socket: Closable): void {
    socket.close();
    if (this.#open.delete(socket)) this.#onChange([...this.#open.values()]);
  }

  /** May be called again. */
  closeAll(): void {
    this.#isClosed = true;
    if (this.#open.size === 0) return;
    for (const socket of this.#open.keys()) socket.close();
    this.#open.clear();
    this.#onChange([]);
  }
}

/** The frame below `add`: the line that made the socket, not the outermost one of the thread. */
function callerOf(stack = ''): string {
  const frame = stack.split('\n')[2]?.trim() ?? 'unknown';
  return /\(?([^\s()]+:\d+:\d+)\)?$/.exec(frame)?.[1]?.replace('file://', '') ?? frame;
}
