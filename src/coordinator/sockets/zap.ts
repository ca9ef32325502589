/**
 * Who may connect to the daemon's sockets (ZAP, https://rfc.zeromq.org/spec/27): peers that greet as ZMTP 3 does,
 * with the NULL mechanism, the only one that the sockets offer.
 *
 * The ZAP domain itself is the protection: only with one does libzmq refuse ZMTP 1.0 and 2.0, which have no
 * greeting. Bytes of a web page's `POST` read as frames of ZMTP 1.0, so without it any page in a browser on
 * this machine could send commands to the daemon (decision 036).
 *
 * The handler binds before the sockets do; libzmq lets a peer wait until it is answered.
 */
import type { Reply } from 'zeromq';
import type { Log } from '../../observe/log/log-port.ts';

/** Options of every socket that peers connect to. */
export const ZAP_SOCKET = { zapDomain: 'lockstep' } as const;

const ENDPOINT = 'inproc://zeromq.zap.01';
const DROP_LOG_MS = 10_000;

export class ZapHandler {
  readonly #socket: Reply;
  readonly #log: Log;
  #refused = 0;
  #loggedAt = Number.NEGATIVE_INFINITY;

  constructor(socket: Reply, log: Log) {
    this.#socket = socket;
    this.#log = log;
  }

  async bind(): Promise<void> {
    await this.#socket.bind(ENDPOINT);
  }

  /** Answers until the socket is closed. */
  async answer(): Promise<void> {
    for await (const [version = '', request = '', , address, , mechanism] of this.#socket) {
      const isNull = String(mechanism) === 'NULL';
      const verdict = isNull ? ['200', 'OK'] : ['400', 'the mechanism is not NULL'];
      if (!isNull) this.#logRefused(String(mechanism), String(address));
      await this.#socket.send([version, request, ...verdict, '', '']);
    }
  }

  #logRefused(mechanism: string, address: string): void {
    this.#refused++;
    const now = performance.now();
    if (now - this.#loggedAt < DROP_LOG_MS) return;
    this.#loggedAt = now;
    this.#log.warn('a client was rejected: it asks for a security mechanism that is not offered', {
      mechanism,
      address,
      refused: this.#refused,
    });
  }
}
