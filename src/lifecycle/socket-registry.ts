/**
 * The sockets of one thread (those of ZeroMQ, and its connections to nodes), each with the place in the
 * code that made it: who makes one adds it in the same line. Main is told of every change, so that it
 * can name what is left open when the thread itself cannot speak any more.
 *
 * Only the thread itself closes them, for they belong to the thread that made them.
 */

/** One open socket, as main knows it. */
export interface OpenSocket {
  /** What it is for: `clients`. */
  readonly name: string;
  /** `file:line:column` of the line that added it. */
  readonly madeAt: string;
}

/** A socket, as far as ending it goes; closing is synchronous. */
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

  /** After `closeAll` it is closed at once. */
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

  /** Again is fine. */
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
