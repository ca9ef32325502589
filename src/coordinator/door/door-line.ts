/**
 * The coordinator's end of the line to the door for HTTP. A request that comes by it is one like those of the clients'
 * socket: the same acts, served in the same turns, with the same answer.
 */
import type { ToCoordinator, ToDoor } from '../../channel/door-messages.ts';
import { type LineEnd, ThreadLine } from '../../channel/thread-line.ts';
import type { Answer } from '../../protocol/answer.ts';
import type { Figures } from '../../protocol/figures.ts';
import type { Request } from '../../protocol/request.ts';
import type { Respond } from '../ports.ts';
import { EventFeed } from './event-feed.ts';

/** As operators see it in the trail of acts. */
const DOOR = 'http';

export interface DoorLineOptions {
  readonly end: LineEnd;
  readonly onError: (error: unknown) => void;
}

export interface Served {
  /** The clock that clients see, ms. */
  readonly clientNow: () => number;
  readonly onRequest: (request: Request, respond: Respond) => void;
}

type Question = Extract<ToCoordinator, { readonly kind: 'question' }>;

export class DoorLine {
  readonly events: EventFeed;
  readonly #line: ThreadLine<ToDoor, ToCoordinator>;
  #served: Served | undefined;

  constructor({ end, onError }: DoorLineOptions) {
    this.#line = new ThreadLine(end, { take: (message) => this.#take(message), onError });
    this.events = new EventFeed({
      send: (event) => this.#line.send(event),
      unread: () => this.#line.unread,
    });
  }

  /** Says who answers; `open` comes next. */
  serve(served: Served): void {
    this.#served = served;
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

  #take(message: ToCoordinator): void {
    if (message.kind === 'question') return this.#answer(message);
    this.events.listen(message.topics);
    return this.#line.send({ kind: 'listening' });
  }

  #answer({ ticket, request, caller, bytes }: Question): void {
    const served = this.#served;
    // The door asks nothing before `open`.
    if (served === undefined) throw new Error('the door has asked before it was opened');
    const reply = (answer: Answer): void => {
      const dated = { ...answer, at: Math.floor(served.clientNow()) };
      this.#line.send({ kind: 'answer', ticket, answer: dated });
    };
    served.onRequest(request, Object.assign(reply, { ...caller, bytes, door: DOOR }));
  }
}
