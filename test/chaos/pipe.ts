/**
 * One way of one connection through the proxy: bytes wait at the gate until it lets them pass, in
 * their order. The end of the sender, orderly or not, comes after its last bytes.
 */
import type { Socket } from 'node:net';

/** Shared by all pipes of a node that go the same way. */
export interface Gate {
  held: boolean;
  delayMs: number;
}

export interface PipeRules {
  /** Older bytes are not let go: they end with their connection. */
  readonly ageMsMax: number;
  readonly onDropped: () => void;
  /** Bytes were let go whose sender is gone. */
  readonly onLate: () => void;
}

const WAITING_BYTES_MAX = 1 << 20;
/** A node gets that long to read what came before the sender's end. */
const LINGER_MS = 200;

interface Waiting {
  readonly bytes: Buffer | 'end';
  readonly atMs: number;
}

export class Pipe {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #gate: Gate;
  readonly #rules: PipeRules;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(ends: { from: Socket; to: Socket; gate: Gate }, rules: PipeRules) {
    this.#from = ends.from;
    this.#to = ends.to;
    this.#gate = ends.gate;
    this.#rules = rules;
    this.#from.on('data', (bytes: Buffer) => this.#take(bytes));
    this.#from.once('end', () => this.#take('end'));
    // A reset shows as an error, and then as a close.
    this.#from.on('error', () => {});
    this.#from.once('close', (broken) => this.#onGone(broken));
  }

  /** Lets pass what may. */
  flush(): void {
    clearTimeout(this.#timer);
    for (let head = this.#waiting[0]; head !== undefined; head = this.#waiting[0]) {
      if (this.#gate.held) return;
      const ageMs = performance.now() - head.atMs;
      if (ageMs < this.#gate.delayMs) {
        this.#timer = setTimeout(() => this.flush(), Math.ceil(this.#gate.delayMs - ageMs));
        return;
      }
      if (ageMs > this.#rules.ageMsMax) return this.#drop();
      this.#waiting.shift();
      this.#pass(head.bytes);
    }
    if (this.#from.isPaused()) this.#from.resume();
  }

  #take(bytes: Buffer | 'end'): void {
    this.#waiting.push({ bytes, atMs: performance.now() });
    if (bytes !== 'end') {
      this.#waitingBytes += bytes.length;
      if (this.#waitingBytes > WAITING_BYTES_MAX) this.#from.pause();
    }
    this.flush();
  }

  #pass(bytes: Buffer | 'end'): void {
    if (bytes === 'end') {
      this.#to.end();
      return;
    }
    this.#waitingBytes -= bytes.length;
    if (this.#to.destroyed) return;
    if (this.#from.destroyed) this.#rules.onLate();
    this.#to.write(bytes);
  }

  #drop(): void {
    this.#rules.onDropped();
    this.#waiting = [];
    this.#from.destroy();
    this.#to.resetAndDestroy();
  }

  #onGone(broken: boolean): void {
    if (!broken) return;
    // Not before what it sent has left: a node reads it even though nobody waits for the answer.
    this.#take('end');
    const leave = (): void => {
      if (this.#waiting.length === 0) this.#to.resetAndDestroy();
      else setTimeout(leave, LINGER_MS);
    };
    setTimeout(leave, LINGER_MS);
  }
}
