/**
 * Who may connect to the daemon's sockets (ZAP, https://rfc.zeromq.org/spec/27): peers that greet as ZMTP 3 does,
 * with the NULL mechanism, the only one that the sockets offer, as long as there is room.
 *
 * The ZAP domain itself is the protection: only with one does libzmq refuse ZMTP 1.0 and 2.0, which have no
 * greeting. Bytes of a web page's `POST` read as frames of ZMTP 1.0, so without it any page in a browser on
 * this machine could send commands to the daemon (decision 036).
 *
 * The handler binds before the sockets do; libzmq lets a peer wait until it is answered.
 */
import type { Reply } from 'zeromq';
import type { Log } from '../../observe/log/log-port.ts';
import type { Room } from './room.ts';

/** Options of every socket that peers connect to. */
export const ZAP_SOCKET = { zapDomain: 'lockstep' } as const;

const ENDPOINT = 'inproc://zeromq.zap.01';
const DROP_LOG_MS = 10_000;

type Verdict = readonly [status: string, reason: string];

const LET_IN: Verdict = ['200', 'OK'];
/** A temporary error: libzmq closes the connection, and the peer tries again. */
const NO_ROOM: Verdict = ['300', 'too few file descriptors are left for another connection'];
const OTHER_MECHANISM: Verdict = ['400', 'the security mechanism is not NULL'];

export interface ZapOptions {
  readonly log: Log;
  readonly room: Pick<Room, 'take'>;
}

export class ZapHandler {
  readonly #socket: Reply;
  readonly #log: Log;
  readonly #room: Pick<Room, 'take'>;
  #refused = 0;
  #loggedAt = Number.NEGATIVE_INFINITY;

  constructor(socket: Reply, { log, room }: ZapOptions) {
    this.#socket = socket;
    this.#log = log;
    this.#room = room;
  }

  async bind(): Promise<void> {
    await this.#socket.bind(ENDPOINT);
  }

  /** Answers until the socket is closed. */
  async answer(): Promise<void> {
    for await (const [version = '', request = '', , address, , mechanism] of this.#socket) {
      const verdict = this.#verdictOn(String(mechanism));
      if (verdict !== LET_IN) this.#logRefused(verdict, String(address));
      const [status, text] = verdict;
      await this.#socket.send([version, request, status, text, '', '']);
    }
  }

  #verdictOn(mechanism: string): Verdict {
    if (mechanism !== 'NULL') return OTHER_MECHANISM;
    return this.#room.take() ? LET_IN : NO_ROOM;
  }

  #logRefused([, reason]: Verdict, address: string): void {
    this.#refused++;
    const now = performance.now();
    if (now - this.#loggedAt < DROP_LOG_MS) return;
    this.#loggedAt = now;
    const seen = { reason, address, refused: this.#refused };
    this.#log.warn('connections of clients or subscribers were rejected', seen);
  }
}
