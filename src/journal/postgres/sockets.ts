/**
 * Sockets to the database that can be opened while peers take every descriptor of the process (P8): some descriptors are
 * kept for them. A look-up of a name needs descriptors for longer than these can be kept free, so its last answer is used.
 */
import { type LookupAddress, lookup } from 'node:dns';
import { type LookupFunction, Socket, type SocketConnectOpts } from 'node:net';
import { DescriptorReserve, isForDescriptor, SPARE } from '../../files/descriptor-reserve.ts';

interface Found {
  readonly address: string | LookupAddress[];
  readonly family: number | undefined;
}

export class Sockets implements Disposable {
  readonly #reserve = new DescriptorReserve(SPARE);
  readonly #ask: LookupFunction;
  /** All sockets have the same name to look up. */
  #found: Found | undefined;

  constructor(ask: LookupFunction = lookup) {
    this.#ask = ask;
  }

  /** For a connection that begins in this turn. */
  create(): Socket {
    // `pg` reads the certificates that the URL names.
    this.#reserve.lend();
    const socket = new NamedSocket(this.#lookUp);
    return socket.on('connectionAttempt', () => this.#reserve.lend());
  }

  noteFailure(error: unknown): void {
    this.#reserve.noteFailure(error);
  }

  [Symbol.dispose](): void {
    this.#reserve[Symbol.dispose]();
  }

  readonly #lookUp: LookupFunction = (host, options, done) =>
    this.#ask(host, options, (error, address, family) => {
      if (error === null) this.#found = { address, family };
      this.#reserve.noteFailure(error);
      const known = isForDescriptor(error) ? this.#found : undefined;
      if (known === undefined) done(error, address, family);
      else done(null, known.address, known.family);
    });
}

/** `pg` connects its socket by a path, or by port and host. */
class NamedSocket extends Socket {
  readonly #lookup: LookupFunction;

  constructor(look: LookupFunction) {
    super();
    this.#lookup = look;
  }

  override connect(to: SocketConnectOpts | string | number, host?: unknown): this {
    if (typeof to === 'object') return super.connect(to);
    if (typeof host !== 'string') return super.connect(String(to));
    return super.connect({ port: Number(to), host, lookup: this.#lookup });
  }
}
