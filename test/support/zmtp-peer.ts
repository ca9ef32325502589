/**
 * A peer that speaks ZMTP 3.0 byte by byte (https://rfc.zeromq.org/spec/23). So it can send bytes
 * that no library sends, and stop at any point.
 */
import { connect, type Socket } from 'node:net';

const GREETING = Buffer.concat([
  Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0]),
  Buffer.from('NULL'.padEnd(20, '\0')),
  Buffer.alloc(32),
]);

export class ZmtpPeer implements Disposable {
  readonly #socket: Socket;
  #heard = '';
  /** The other end has sent its greeting too: nothing may be sent before. */
  #isReady = false;
  readonly #unsaid: Buffer[] = [];
  #isIgnoring = false;
  #isStopping = false;
  /** Resolves when the other end has closed the connection. */
  readonly closed: Promise<void>;
  /** Resolves when the other end has let it in, or has closed the connection. */
  readonly ready: Promise<void>;
  #letIn: () => void = () => {};

  /** @param type SUB, DEALER, … */
  constructor(endpoint: string, type: string, routingId = '') {
    const { hostname, port } = new URL(endpoint);
    this.#socket = connect(Number(port), hostname);
    this.#socket.setEncoding('latin1').on('data', (text: string) => {
      if (!this.#isReady || !this.#isIgnoring) this.#heard += text;
      if (!this.#isReady && this.#heard.includes('READY')) this.#begin();
    });
    this.#socket.on('error', () => {});
    this.closed = new Promise((resolve) => this.#socket.once('close', () => resolve()));
    const letIn = new Promise<void>((resolve) => {
      this.#letIn = resolve;
    });
    this.ready = Promise.race([letIn, this.closed]);
    const ready = Buffer.concat([
      Buffer.from('\x05READY'),
      property('Socket-Type', type),
      property('Identity', routingId),
    ]);
    this.#socket.write(Buffer.concat([GREETING, Buffer.from([4, ready.length]), ready]));
  }

  /** All received commands and frames, unchanged. */
  get heard(): string {
    return this.#heard;
  }

  /** A message of one frame, of at most 255 bytes. */
  say(...bytes: readonly (string | number)[]): void {
    const frame = Buffer.concat(
      bytes.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))),
    );
    this.#send(Buffer.concat([Buffer.from([0, frame.length]), frame]));
  }

  /** The same for any length. */
  sayLong(frame: Buffer): void {
    this.#send(Buffer.concat([longHead(2, frame.length), frame]));
  }

  /** The head of a frame of so many bytes, and only these of them. */
  announce(length: number, beginning: Buffer): void {
    this.#send(Buffer.concat([longHead(2, length), beginning]));
  }

  /** The heartbeat of ZMTP 3.1, without a time to live. */
  ping(): void {
    this.#send(Buffer.from('\x04\x07\x04PING\x00\x00', 'latin1'));
  }

  /** Keeps nothing of what it hears from now on, once it is let in. */
  ignore(): void {
    this.#isIgnoring = true;
  }

  /** Reads no further byte, once it is let in: the other end keeps what it has for it. */
  stopReading(): void {
    if (this.#isReady) this.#socket.pause();
    else this.#isStopping = true;
  }

  /** Frames of one message that has no end, as fast as they are taken; resolves when all are, or it is cut off. */
  async pour(frame: Buffer, count: number): Promise<void> {
    const head = longHead(3, frame.length);
    for (let poured = 0; poured < count && !this.#socket.destroyed; poured++) {
      this.#send(Buffer.concat([head, frame]));
      await this.#drained();
    }
  }

  /** Subscribes to so many topics of this length (at most 250 bytes), as fast as they are taken. */
  async subscribe(count: number, length: number): Promise<void> {
    for (let sent = 0; sent < count && !this.#socket.destroyed; sent++) {
      this.say(1, `${sent}`.padEnd(length, `${sent}`));
      await this.#drained();
    }
  }

  /** Resolves when the socket takes more, or is closed. */
  async #drained(): Promise<void> {
    if (!this.#socket.writableNeedDrain) return;
    const drained = new Promise((resolve) => this.#socket.once('drain', resolve));
    await Promise.race([drained, this.closed]);
  }

  #begin(): void {
    this.#isReady = true;
    for (const bytes of this.#unsaid.splice(0)) this.#socket.write(bytes);
    if (this.#isStopping) this.#socket.pause();
    this.#letIn();
  }

  #send(bytes: Buffer): void {
    if (this.#isReady) this.#socket.write(bytes);
    else this.#unsaid.push(bytes);
  }

  /** Ends the connection by a reset, as the system does for a program that has left bytes unread. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

function longHead(flags: number, length: number): Buffer {
  const head = Buffer.alloc(9);
  head[0] = flags;
  head.writeBigUInt64BE(BigInt(length), 1);
  return head;
}

function property(name: string, value: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(value.length);
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), length, Buffer.from(value)]);
}
