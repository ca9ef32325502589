/**
 * One direction of one connection through the proxy: bytes wait at the gate until it lets them
 * pass, in their order. The end of the sender, in order or not, follows its last bytes.
 */
import type { Socket } from 'node:net';

/** Shared by all pipes of a node in the same direction. */
export interface Gate {
  held: boolean;
  delayMs: number;
}

export interface PipeRules {
  /** Older bytes do not pass: they end with their connection. */
  readonly ageMsMax: number;
  readonly onDropped: () => void;
  /** Bytes passed whose sender was gone. */
  readonly onLate: () => void;
}

const WAITING_BYTES_MAX = 1 << 20;
/** Time for a node to read the bytes that came before the sender's end. */
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

  /** Passes the bytes that may pass. */
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
    // Not before its bytes have passed: a node reads them although no client waits for the answer.
    this.#take('end');
    const leave = (): void => {
      if (this.#waiting.length === 0) this.#to.resetAndDestroy();
      else setTimeout(leave, LINGER_MS);
    };
    setTimeout(leave, LINGER_MS);
  }
}
