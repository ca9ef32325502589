/**
 * The sockets that peers connect to, for clients and for subscribers: they are opened behind ZAP, and can be closed
 * and opened again while the daemon works on. That ends every connection and frees the memory that libzmq holds
 * for them; clients connect again, and ask again by id (P7).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Reply, Router, XPublisher } from 'zeromq';
import { codeOf } from '../../base/error-fields.ts';
import type { Log } from '../../observe/log/log-port.ts';
import { bind } from '../start.ts';
import { ClientSocket, type ClientSocketOptions, clientOptions } from './client-socket.ts';
import { EVENT_OPTIONS, EventSocket } from './event-socket.ts';
import { Room } from './room.ts';
import { ZapHandler } from './zap.ts';

/** A socket that is closed gives its address back a moment later. */
const BIND_TRIES_MAX = 250;
const BIND_PAUSE_MS = 20;
/** In which a read that the binding has put off is done. */
const LEAVING_TURNS = 3;

interface Closable {
  close(): void;
}

/** Of the thread's shell. */
interface Tools {
  readonly sockets: {
    add<Socket extends Closable>(name: string, socket: Socket): Socket;
    close(socket: Closable): void;
  };
  readonly keep: (what: string, loop: Promise<void>) => void;
}

export interface DoorsOptions {
  readonly endpoint: string;
  readonly eventsEndpoint: string;
  readonly frameBytesMax: number;
  /** Open descriptors of the process, above which no further peer may connect. */
  readonly descriptorsMax: number;
  readonly now: () => number;
  readonly tools: Tools;
  readonly log: Log;
  /** A socket failed. */
  readonly onError: (error: unknown) => void;
}

export class Doors {
  readonly events: EventSocket;
  readonly #options: DoorsOptions;
  #publisher: XPublisher;
  #router: Router;
  #clients: ClientSocket | undefined;
  #reopening: Promise<void> | undefined;

  private constructor(options: DoorsOptions) {
    this.#options = options;
    this.#router = this.#newRouter();
    this.#publisher = this.#newPublisher();
    this.events = new EventSocket(this.#publisher, options.onError);
  }

  /**
   * Subscribers may connect, clients not yet.
   * @throws StartError
   */
  static async open(options: DoorsOptions): Promise<Doors> {
    const { tools, log, eventsEndpoint } = options;
    const { descriptorsMax, now } = options;
    const room = new Room({ descriptorsMax, now });
    const zap = new ZapHandler(tools.sockets.add('zap', new Reply({ linger: 0 })), { log, room });
    await zap.bind();
    tools.keep('zap', zap.answer());
    const doors = new Doors(options);
    await bind(doors.#publisher, eventsEndpoint, 'LOCKSTEP_EVENTS_ENDPOINT');
    tools.keep(
      'events',
      doors.#keepReading(() => doors.events.follow()),
    );
    return doors;
  }

  /** Makes the reader of the clients' socket; `openToClients` comes next. */
  serve(
    served: Pick<ClientSocketOptions, 'authorise' | 'isFull' | 'clientNow' | 'onRequest'>,
  ): ClientSocket {
    const { frameBytesMax, log, onError } = this.#options;
    const options = { ...served, frameBytesMax, log, onError };
    this.#clients = new ClientSocket({ ...options, router: this.#router });
    return this.#clients;
  }

  /** @throws StartError */
  async openToClients(): Promise<void> {
    const { tools, endpoint } = this.#options;
    await bind(this.#router, endpoint, 'LOCKSTEP_ENDPOINT');
    tools.keep(
      'clients',
      this.#keepReading(async () => this.#clients?.receive()),
    );
  }

  /** Closes both, and opens them again. Replies and events meanwhile are lost. */
  reopen(): void {
    if (this.#reopening !== undefined) return;
    this.#reopening = this.#reopen()
      .catch(this.#options.onError)
      .finally(() => {
        this.#reopening = undefined;
      });
  }

  /**
   * Ends the reading of both: a socket must not be closed while the binding reads it, which it does a turn of the
   * event loop later when very many messages come. Without care the binding aborts the process.
   */
  async leave(): Promise<void> {
    this.events.leave();
    this.#clients?.leave();
    for (let turn = 0; turn < LEAVING_TURNS; turn++) await new Promise(setImmediate);
  }

  async #reopen(): Promise<void> {
    const { tools, endpoint, eventsEndpoint } = this.#options;
    await this.leave();
    for (const socket of [this.#router, this.#publisher]) {
      // Else it would keep for a while what peers have not read.
      socket.linger = 0;
      tools.sockets.close(socket);
    }
    this.#router = this.#newRouter();
    this.#publisher = this.#newPublisher();
    await bindAgain(this.#publisher, eventsEndpoint);
    this.events.replace(this.#publisher);
    await bindAgain(this.#router, endpoint);
    this.#clients?.replace(this.#router);
  }

  /** `read` ends when its socket is closed: for good, or to be opened again. */
  async #keepReading(read: () => Promise<void>): Promise<void> {
    await read();
    while (this.#reopening !== undefined) {
      await this.#reopening;
      await read();
    }
  }

  #newRouter(): Router {
    const { tools, frameBytesMax } = this.#options;
    return tools.sockets.add('clients', new Router(clientOptions(frameBytesMax)));
  }

  #newPublisher(): XPublisher {
    return this.#options.tools.sockets.add('events', new XPublisher(EVENT_OPTIONS));
  }
}

/** @throws the error of `bind` if another program has taken the address */
async function bindAgain(socket: Router | XPublisher, endpoint: string): Promise<void> {
  for (let tries = 1; !socket.closed; tries++) {
    try {
      return await socket.bind(endpoint);
    } catch (error) {
      // The daemon stops.
      if (socket.closed) return undefined;
      if (codeOf(error) !== 'EADDRINUSE' || tries === BIND_TRIES_MAX) throw error;
      await sleep(BIND_PAUSE_MS);
    }
  }
  return undefined;
}
