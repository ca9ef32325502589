/**
 * Those who ask again for a command that is open, and wait for its end (P7). A client that waits for long
 * asks every few seconds: the same question of the same client waits once. All of them together are
 * bounded (P9).
 */
import { type ErrorReply, errorReply } from '../protocol/errors.ts';
import type { CommandRequest } from '../protocol/request.ts';
import { waitingAnswer } from './answers.ts';
import type { KeyOrder } from './key-order.ts';
import { addWaiter, type OpenCommand } from './open-command.ts';
import type { CoordinatorPorts, Respond } from './ports.ts';
import { conflictWith, repeatAnswer } from './repeat.ts';
import type { Turn } from './turn.ts';

const WAITING_MAX = 10_000;
const RETRY_AFTER_MS = 1000;

export interface Asking {
  readonly request: CommandRequest;
  readonly respond: Respond;
}

export class Repeats {
  readonly #ports: Pick<CoordinatorPorts, 'journal' | 'now'>;
  readonly #keys: KeyOrder;
  #waiting = 0;

  constructor(ports: Pick<CoordinatorPorts, 'journal' | 'now'>, keys: KeyOrder) {
    this.#ports = ports;
    this.#keys = keys;
  }

  /** The command of this id is open. */
  join(open: OpenCommand, { request, respond }: Asking, turn: Turn): void {
    const conflict = conflictWith(open.command, request);
    if (conflict !== undefined) return respond(conflict);
    // Its settlement may be part of this turn's commit (P3).
    turn.after(() => {
      if (open.answer !== undefined) respond(open.answer);
      else if (request.wait === 'settled') this.#await(open, respond);
      else respond(waitingAnswer(open, this.#keys, this.#ports.now()));
    });
  }

  /** The first outcome of this id if its command is settled, for it is done already; else `otherwise`. */
  answerFirst({ request, respond }: Asking, otherwise: ErrorReply, turn: Turn): void {
    const { id } = request;
    if (id === undefined) return respond(otherwise);
    const see = async (): Promise<void> => {
      const first = await this.#ports.journal.find(id);
      if (first === undefined) respond(otherwise);
      else respond(repeatAnswer(first, request, this.#ports.now()));
    };
    return turn.look({ see, miss: respond });
  }

  #await(open: OpenCommand, respond: Respond): void {
    if (open.waiters.some((waiter) => isSame(waiter.envelope, respond.envelope))) return;
    if (this.#waiting >= WAITING_MAX) {
      const { id } = open.command;
      const message = `${WAITING_MAX} repeats of open commands wait for their end already`;
      respond(errorReply('busy', message, { id, retryAfterMs: RETRY_AFTER_MS }));
      return;
    }
    this.#waiting++;
    const waiter: Respond = (answer) => {
      this.#waiting--;
      respond(answer);
    };
    waiter.envelope = respond.envelope;
    addWaiter(open, waiter);
  }
}

function isSame(one: Respond['envelope'], other: Respond['envelope']): boolean {
  if (one === undefined || other === undefined || one.length !== other.length) return false;
  return one.every((frame, index) => other[index]?.equals(frame) === true);
}
