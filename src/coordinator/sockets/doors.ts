/**
 * The doors: the line to the thread for HTTP, and the sockets that peers connect to, for clients and for subscribers: they are opened behind ZAP, and can be closed
 * and opened again while the daemon works on. That ends every connection and frees the memory that libzmq holds
 * for them; clients connect again, and ask again by id (P7).
 *
 * libzmq asks ZAP once a connection, and cannot end a single one. So the events socket is opened again when the key of
 * a subscriber has left the list. The clients' socket is not: each request there is judged by its token.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Reply, Router, XPublisher } from 'zeromq';
import { codeOf } from '../../base/error-fields.ts';
import { Seldom } from '../../base/seldom.ts';
import type { LineEnd } from '../../channel/thread-line.ts';
import type { ClientList } from '../../clients/client-list.ts';
import type { CurvePair } from '../../clients/curve-pair.ts';
import { mayDo } from '../../clients/role.ts';
import type { WatchedList } from '../../clients/watched-list.ts';
import type { Log } from '../../observe/log/log-port.ts';
import type { ConnectionsRefused, Figures } from '../../protocol/figures.ts';
import { DoorLine } from '../door/door-line.ts';
import type { EventOutlet } from '../notify/publishing.ts';
import { bind } from '../start.ts';
import { ClientSocket, type ClientSocketOptions, clientOptions } from './client-socket.ts';
import { EventSocket, eventOptions } from './event-socket.ts';
import { Room } from './room.ts';
import { type Door, ZapHandler } from './zap.ts';

/** A socket that is closed gives its address back a moment later. */
const BIND_TRIES_MAX = 250;
const BIND_PAUSE_MS = 20;
/** In which a read that the binding has put off is done. */
const LEAVING_TURNS = 3;

const MANY_TOPICS =
  'subscribers ask for too many topics: all of them are disconnected, and may connect again';

const NO_CLIENTS: ClientSocket['counts'] = { errors: {}, repliesDropped: 0, clientsCut: 0 };

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
  /** Undefined: no events are published by ZeroMQ. */
  readonly eventsEndpoint: string | undefined;
  /** The coordinator's end of the line to the door for HTTP. */
  readonly door: LineEnd;
  /** The server's key: both sockets ask for CURVE, and let in the keys of `clients`. */
  readonly curve: CurvePair | undefined;
  readonly clients: Pick<WatchedList, 'present' | 'current' | 'onChange'>;
  readonly frameBytesMax: number;
  /** Open descriptors of the process, above which no further peer may connect. */
  readonly descriptorsMax: number;
  readonly now: () => number;
  readonly tools: Tools;
  readonly log: Log;
  /** A socket failed. */
  readonly onError: (error: unknown) => void;
}

type DoorCounts = ClientSocket['counts'] & { readonly connectionsRefused: ConnectionsRefused };

export class Doors {
  readonly events: EventSocket;
  readonly http: DoorLine;
  readonly #options: DoorsOptions;
  readonly #zap: ZapHandler;
  #publisher: XPublisher;
  #router: Router;
  #clients: ClientSocket | undefined;
  /** To be closed and opened again. */
  readonly #due = new Set<Door>();
  #reopening: Promise<void> | undefined;

  private constructor(options: DoorsOptions, zap: ZapHandler) {
    this.#options = options;
    this.#zap = zap;
    this.#router = this.#newRouter();
    this.#publisher = this.#newPublisher();
    const { log, door, onError } = options;
    this.http = new DoorLine({ end: door, onError });
    const manyTopics = new Seldom();
    this.events = new EventSocket({
      socket: this.#publisher,
      onManyTopics: () => {
        const count = manyTopics.take();
        if (count > 0) log.warn(MANY_TOPICS, { count });
        this.reopen('events');
      },
      onError,
    });
  }

  /**
   * Subscribers may connect, clients not yet.
   * @throws StartError
   */
  static async open(options: DoorsOptions): Promise<Doors> {
    const { tools, log, curve, clients, descriptorsMax, now } = options;
    const zap = new ZapHandler(tools.sockets.add('zap', new Reply({ linger: 0 })), {
      log,
      room: new Room({ descriptorsMax, now }),
      isCurve: curve !== undefined,
      clients: () => clients.current(),
    });
    await zap.bind();
    tools.keep('zap', zap.answer());
    const doors = new Doors(options, zap);
    await doors.#openToSubscribers();
    return doors;
  }

  /** Since the start. */
  get counts(): DoorCounts {
    const connectionsRefused = this.#zap.refused;
    const counts = { ...NO_CLIENTS, ...this.#clients?.counts };
    return { ...counts, errors: sum(counts.errors, this.http.errors), connectionsRefused };
  }

  /** Where events go: each has the subscribers of one door. */
  get subscribed(): readonly EventOutlet[] {
    return [this.events, this.http.events];
  }

  /** Makes the readers of requests; `openToClients` comes next. */
  serve(
    served: Pick<
      ClientSocketOptions,
      'authorise' | 'journalId' | 'isFull' | 'clientNow' | 'onRequest' | 'onRefused'
    >,
  ): void {
    const { frameBytesMax, log, onError } = this.#options;
    const options = { ...served, frameBytesMax, log, onError };
    this.#clients = new ClientSocket({ ...options, router: this.#router });
    this.http.serve({ ...served, log });
  }

  /** @throws StartError */
  async openToClients(): Promise<void> {
    const { tools, endpoint } = this.#options;
    await bind(this.#router, endpoint, 'LOCKSTEP_ENDPOINT');
    tools.keep(
      'clients',
      this.#keepReading(async () => this.#clients?.receive()),
    );
    this.http.open();
  }

  /** Closes them, and opens them again. Replies and events meanwhile are lost. */
  reopen(...doors: readonly Door[]): void {
    for (const door of doors) this.#due.add(door);
    this.#reopening ??= this.#reopenDue()
      .catch(this.#options.onError)
      .finally(() => {
        this.#reopening = undefined;
      });
  }

  /** Resolves when every reply and event so far is on its way, or its client does not read. The line to HTTP ends. */
  async flushed(): Promise<void> {
    await this.http.close();
    await this.#clients?.flushed();
    await this.events.flushed();
  }

  /**
   * Ends the reading of both: a socket must not be closed while the binding reads it, which it does a turn of the
   * event loop later when very many messages come. Without care the binding aborts the process.
   */
  async leave(): Promise<void> {
    await this.#leave('events', 'commands');
  }

  async #leave(...doors: readonly Door[]): Promise<void> {
    if (doors.includes('events')) this.events.leave();
    if (doors.includes('commands')) this.#clients?.leave();
    for (let turn = 0; turn < LEAVING_TURNS; turn++) await new Promise(setImmediate);
  }

  async #openToSubscribers(): Promise<void> {
    const { tools, eventsEndpoint, curve, clients } = this.#options;
    if (eventsEndpoint === undefined) return;
    await bind(this.#publisher, eventsEndpoint, 'LOCKSTEP_EVENTS_ENDPOINT');
    tools.keep(
      'events',
      this.#keepReading(() => this.events.follow()),
    );
    if (curve === undefined) return;
    let keys = subscriberKeys(clients.present);
    clients.onChange(() => {
      const before = keys;
      keys = subscriberKeys(clients.present);
      if (before.some((key) => !keys.includes(key))) this.reopen('events');
    });
  }

  /** One turn for all that are due, and another one for those that became due meanwhile. */
  async #reopenDue(): Promise<void> {
    while (this.#due.size > 0) {
      const doors = [...this.#due];
      this.#due.clear();
      await this.#leave(...doors);
      for (const door of doors) this.#close(door);
      // Side by side: each waits until its address is free.
      await Promise.all(doors.map((door) => this.#openAgain(door)));
    }
  }

  #close(door: Door): void {
    const socket = door === 'events' ? this.#publisher : this.#router;
    // Else it would keep for a while what peers have not read.
    socket.linger = 0;
    this.#options.tools.sockets.close(socket);
  }

  async #openAgain(door: Door): Promise<void> {
    const { endpoint, eventsEndpoint } = this.#options;
    if (door === 'commands') {
      this.#router = this.#newRouter();
      await bindAgain(this.#router, endpoint);
      this.#clients?.replace(this.#router);
    } else {
      this.#publisher = this.#newPublisher();
      if (eventsEndpoint !== undefined) await bindAgain(this.#publisher, eventsEndpoint);
      this.events.replace(this.#publisher);
    }
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
    const { tools, frameBytesMax, curve } = this.#options;
    const options = clientOptions(frameBytesMax, curve?.secretKey);
    return tools.sockets.add('clients', new Router(options));
  }

  #newPublisher(): XPublisher {
    const { tools, curve } = this.#options;
    return tools.sockets.add('events', new XPublisher(eventOptions(curve?.secretKey)));
  }
}

function sum(one: Figures['errors'], other: Figures['errors']): Figures['errors'] {
  const counts: Record<string, number> = { ...one };
  for (const [code, count] of Object.entries(other)) counts[code] = (counts[code] ?? 0) + count;
  return counts;
}

/** The keys that the events socket lets in. */
function subscriberKeys(list: ClientList | undefined): readonly string[] {
  const clients = list?.clients ?? [];
  return clients.flatMap(({ role, curveKey }) =>
    curveKey !== undefined && mayDo(role, 'events') ? [curveKey] : [],
  );
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
