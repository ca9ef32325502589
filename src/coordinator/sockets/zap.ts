/**
 * Who may connect to the daemon's sockets (ZAP, https://rfc.zeromq.org/spec/27), as long as there is room.
 *
 * Without CURVE: every peer that greets as ZMTP 3 does. The ZAP domain itself is the protection then: only with one
 * does libzmq refuse ZMTP 1.0 and 2.0, which have no greeting. Bytes of a web page's `POST` read as frames of
 * ZMTP 1.0, so without it any page in a browser on this machine could send commands to the daemon (decision 036).
 *
 * With CURVE: peers that know the server's public key (libzmq ends the connection of others before it asks here), and
 * whose own key is that of a client in the list. Without a list that is nobody.
 *
 * The handler binds before the sockets do; libzmq lets a peer wait until it is answered. It takes status 400 for
 * final: the peer's libzmq does not connect again by itself.
 */

import type { Reply } from 'zeromq';
import { BACKLOG } from '../../base/backlog.ts';
import { Seldom } from '../../base/seldom.ts';
import { encodeZ85 } from '../../base/z85.ts';
import type { ClientList } from '../../clients/client-list.ts';
import { mayDo } from '../../clients/role.ts';
import type { Log } from '../../observe/log/log-port.ts';
import type { ConnectionsRefused } from '../../protocol/figures.ts';
import type { Room } from './room.ts';

export type Door = 'commands' | 'events';

/** The domains of the two sockets. */
const DOMAINS: Readonly<Record<Door, string>> = {
  commands: 'lockstep.commands',
  events: 'lockstep.events',
};

/** Options of a socket that peers connect to. @param secretKey the server's, Z85: the socket asks for CURVE */
export function doorOptions(door: Door, secretKey: string | undefined) {
  const options = { zapDomain: DOMAINS[door], backlog: BACKLOG };
  if (secretKey === undefined) return options;
  return { ...options, curveServer: true, curveSecretKey: secretKey };
}

const ENDPOINT = 'inproc://zeromq.zap.01';

interface Verdict {
  readonly status: '200' | '300' | '400';
  readonly text: string;
}

const LET_IN: Verdict = { status: '200', text: 'OK' };
const REFUSALS = {
  /** A temporary error: libzmq closes the connection, and the peer tries again. */
  no_room: { status: '300', text: 'too few file descriptors are left for another connection' },
  mechanism: { status: '400', text: 'the security mechanism is not the one of this socket' },
  unknown_key: { status: '400', text: 'the public key is not that of a client in the list' },
  role: { status: '400', text: 'the role of the client does not allow it to read events' },
} as const satisfies Record<keyof ConnectionsRefused, Verdict>;

export interface ZapOptions {
  readonly log: Log;
  readonly room: Pick<Room, 'take'>;
  /** Whether the sockets ask for CURVE. */
  readonly isCurve: boolean;
  /** The clients whose keys count; undefined: there is no list. */
  readonly clients: () => ClientList | undefined;
}

export class ZapHandler {
  readonly #socket: Reply;
  readonly #options: ZapOptions;
  readonly #refused: Record<keyof ConnectionsRefused, number> = {
    no_room: 0,
    mechanism: 0,
    unknown_key: 0,
    role: 0,
  };
  readonly #lines = new Seldom();

  constructor(socket: Reply, options: ZapOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  /** Since the start, by reason. */
  get refused(): ConnectionsRefused {
    return { ...this.#refused };
  }

  async bind(): Promise<void> {
    await this.#socket.bind(ENDPOINT);
  }

  /** Answers until the socket is closed. */
  async answer(): Promise<void> {
    for await (const frames of this.#socket) {
      const [version = '', request = '', domain, address, , mechanism, key] = frames;
      const refusal = this.#refusalOf(String(domain), String(mechanism), key);
      if (refusal !== undefined) this.#count(refusal, String(address));
      const { status, text } = refusal === undefined ? LET_IN : REFUSALS[refusal];
      await this.#socket.send([version, request, status, text, '', '']);
    }
  }

  #refusalOf(
    domain: string,
    mechanism: string,
    key: Buffer | undefined,
  ): keyof ConnectionsRefused | undefined {
    const { isCurve, room } = this.#options;
    if (mechanism !== (isCurve ? 'CURVE' : 'NULL')) return 'mechanism';
    const stranger = isCurve ? this.#strangerOf(domain, key) : undefined;
    if (stranger !== undefined) return stranger;
    return room.take() ? undefined : 'no_room';
  }

  #strangerOf(domain: string, key: Buffer | undefined): 'unknown_key' | 'role' | undefined {
    const client = key && this.#options.clients()?.byCurveKey(encodeZ85(key));
    if (client === undefined) return 'unknown_key';
    return domain === DOMAINS.commands || mayDo(client.role, 'events') ? undefined : 'role';
  }

  #count(refusal: keyof ConnectionsRefused, address: string): void {
    this.#refused[refusal]++;
    if (this.#lines.take() === 0) return;
    const refused = Object.values(this.#refused).reduce((sum, count) => sum + count, 0);
    const seen = { reason: REFUSALS[refusal].text, address, refused };
    this.#options.log.warn('connections of clients or subscribers were rejected', seen);
  }
}
