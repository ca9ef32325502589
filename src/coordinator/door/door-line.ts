/**
 * The coordinator's end of the line to the door for HTTP. A request that comes by it is one like those of the clients'
 * socket: the same acts, served in the same turns, with the same answer.
 */
import type { CallReply, ToCoordinator, ToDoor } from '../../channel/door-messages.ts';
import { type LineEnd, ThreadLine } from '../../channel/thread-line.ts';
import type { Log } from '../../observe/log/log-port.ts';
import type { Figures } from '../../protocol/figures.ts';
import type { Request } from '../../protocol/request.ts';
import type { Respond } from '../ports.ts';
import { Calls } from './calls.ts';
import { EventFeed } from './event-feed.ts';

export interface DoorLineOptions {
  readonly end: LineEnd;
  readonly onError: (error: unknown) => void;
}

export interface Served {
  readonly log: Log;
  /** The daemon has enough to do: no call is read for now. */
  readonly isFull: () => boolean;
  /** The clock that clients see, ms. */
  readonly clientNow: () => number;
  readonly onRequest: (request: Request, respond: Respond) => void;
}

export class DoorLine {
  readonly events: EventFeed;
  readonly #line: ThreadLine<ToDoor, ToCoordinator>;
  #served: (Served & { readonly calls: Calls }) | undefined;

  constructor({ end, onError }: DoorLineOptions) {
    this.#line = new ThreadLine(end, { take: (message) => this.#take(message), onError });
    this.events = new EventFeed({
      send: (event) => this.#line.send(event),
      unread: () => this.#line.unread,
    });
  }

  /** Says who answers; `open` comes next. */
  serve(served: Served): void {
    const reply = (given: CallReply): void => this.#line.send({ kind: 'reply', ...given });
    this.#served = { ...served, calls: new Calls({ ...served, reply }) };
  }

  /** The door may ask from now on. */
  open(): void {
    this.#line.send({ kind: 'open' });
  }

  sendFigures(figures: Figures): void {
    this.#line.send({ kind: 'figures', figures });
  }

  /** Sends what was answered so far, and ends the line. */
  async close(): Promise<void> {
    await this.#line.close();
  }

  /** Answers to calls that were errors, by code. */
  get errors(): Figures['errors'] {
    return this.#served?.calls.errors ?? {};
  }

  #take(message: ToCoordinator): void {
    if (message.kind === 'listen') {
      this.events.listen(message.topics);
      return this.#line.send({ kind: 'listening' });
    }
    const served = this.#served;
    // The door asks nothing before `open`.
    if (served === undefined) throw new Error('the door has asked before it was opened');
    if (message.kind === 'call') return served.calls.take(message);
    return served.calls.stop(message.ticket);
  }
}
