/**
 * One connection to the database, made again whenever it is lost, for ever. One statement at a time.
 *
 * A statement without an answer in time ends its connection, and its outcome is unknown: `query_timeout` of `pg` would
 * only end the waiting, and a cancelled commit can report a success that it does not have (H2, H3 of the design).
 */
import { Socket } from 'node:net';
import { Client, DatabaseError, types } from 'pg';
import { messageOf } from '../../base/error-fields.ts';
import { isWarning, OutcomeUnknown } from './failure.ts';
import type { Sockets } from './sockets.ts';

const INT8 = 20;
const INT8_ARRAY = 1016;
const CONNECT_MS = 3000;
/** A statement may take this long. */
const ANSWER_MS = 3000;
const KEEPALIVE_MS = 1000;

type Cell = string | number | boolean | null | readonly number[];
export type Row = Readonly<Record<string, Cell>>;

export interface Answer {
  readonly rows: readonly Row[];
  /** The server's warning, if it gave one: a commit may not be where it should be. */
  readonly warning?: string;
}

export interface LinkOptions {
  readonly url: string;
  /** How it is shown on the server. */
  readonly name: string;
  /** Absent: its process has no peers that could take all descriptors. */
  readonly sockets?: Sockets;
}

interface Open {
  readonly client: Client;
  readonly socket: Socket;
}

export class Link {
  readonly #options: LinkOptions;
  #open: Open | undefined;
  #isClosed = false;
  #warning: string | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /**
   * @throws OutcomeUnknown if the connection could not be made, or was lost meanwhile; DatabaseError of `pg`
   */
  query(text: string, values: readonly unknown[] = [], answerMs = ANSWER_MS): Promise<Answer> {
    const work = () => this.#query(text, values, answerMs);
    const done = this.#turn.then(work, work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Ends it at once: a statement under way has an unknown outcome. */
  close(): void {
    this.#isClosed = true;
    this.#drop();
  }

  /** Lets the statement under way end first. */
  async end(): Promise<void> {
    await this.#turn;
    const open = this.#open;
    this.#open = undefined;
    this.#isClosed = true;
    await open?.client.end();
  }

  async #query(text: string, values: readonly unknown[], answerMs: number): Promise<Answer> {
    const { client, socket } = this.#open ?? (await this.#connect());
    this.#warning = undefined;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      socket.destroy();
    }, answerMs);
    try {
      const { rows } = await client.query({ text, values: [...values] });
      return this.#warning === undefined ? { rows } : { rows, warning: this.#warning };
    } catch (cause) {
      if (this.#open?.client === client) throw cause;
      throw new OutcomeUnknown(isLate ? `no answer within ${answerMs} ms` : messageOf(cause), {
        cause,
      });
    } finally {
      clearTimeout(timer);
    }
  }

  async #connect(): Promise<Open> {
    if (this.#isClosed) throw new OutcomeUnknown('the connection is closed');
    const { sockets } = this.#options;
    const socket = sockets?.create() ?? new Socket();
    try {
      const client = this.#clientOn(socket);
      await client.connect();
      const open = { client, socket };
      if (this.#isClosed) socket.destroy();
      else this.#open = open;
      return open;
    } catch (cause) {
      socket.destroy();
      sockets?.noteFailure(cause);
      if (cause instanceof DatabaseError) throw cause;
      throw new OutcomeUnknown(messageOf(cause), { cause });
    }
  }

  /** @throws the error of the file system: a certificate that the URL names cannot be read */
  #clientOn(socket: Socket): Client {
    const client = new Client({
      connectionString: this.#options.url,
      application_name: this.#options.name,
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEPALIVE_MS,
      stream: () => socket,
      types: { getTypeParser: parserOf },
    });
    const lose = () => {
      if (this.#open?.client === client) this.#drop();
    };
    client.on('error', lose);
    client.on('end', lose);
    client.on('notice', (notice) => {
      if (isWarning(notice)) this.#warning = notice.message;
    });
    return client;
  }

  #drop(): void {
    this.#open?.socket.destroy();
    this.#open = undefined;
  }
}

/** Numbers of 64 bits: all that the journal keeps are below 2^53. */
function parserOf(...[oid, format]: Parameters<typeof types.getTypeParser>) {
  if (Number(oid) === INT8) return Number;
  if (Number(oid) === INT8_ARRAY) return numbersOf;
  return types.getTypeParser(oid, format);
}

function numbersOf(text: string): readonly number[] {
  return text === '{}' ? [] : text.slice(1, -1).split(',').map(Number);
}
