/**
 * P7: a repeat has the id of an earlier command. With the same content it gets the first outcome, with other
 * content it is rejected. A repeat of an open command waits for the end of that command.
 */

import type { Command } from '../../core/model.ts';
import { JournalError } from '../../journal/errors.ts';
import type { StoredCommand } from '../../journal/port.ts';
import type { CommandAnswer } from '../../protocol/answer.ts';
import { type ErrorReply, errorReply } from '../../protocol/errors.ts';
import type { CommandRequest } from '../../protocol/request.ts';
import type { Batch } from '../batch.ts';
import { unreadableReply } from '../journal/unreadable.ts';
import type { CoordinatorOptions, CoordinatorPorts, Respond } from '../ports.ts';
import type { KeyOrder } from '../queue/key-order.ts';
import type { OpenCommand } from '../queue/open-command.ts';
import { stopWait, storedAnswer, waitingAnswer } from './answers.ts';

const WAITING_MAX = 10_000;
const RETRY_AFTER_MS = 1000;

export interface Asking {
  readonly request: CommandRequest;
  readonly respond: Respond<CommandAnswer>;
}

interface RepeatsStart {
  readonly ports: Pick<CoordinatorPorts, 'journal' | 'now'>;
  readonly options: Pick<CoordinatorOptions, 'fold'>;
  readonly keys: KeyOrder;
}

interface Otherwise {
  readonly rejection: ErrorReply;
  readonly again: () => void;
}

export class Repeats {
  readonly #ports: Pick<CoordinatorPorts, 'journal' | 'now'>;
  readonly #fold: CoordinatorOptions['fold'];
  readonly #keys: KeyOrder;
  #waiting = 0;
  /** By the command of this batch that they repeat. */
  readonly #uncommitted = new Map<OpenCommand, Asking[]>();

  constructor({ ports, options, keys }: RepeatsStart) {
    this.#ports = ports;
    this.#fold = options.fold;
    this.#keys = keys;
  }

  /** The command of this id is open. */
  join(open: OpenCommand, asking: Asking, batch: Batch): void {
    // Its settlement may be part of this commit (P3).
    batch.after(() => this.#join(open, asking));
  }

  /**
   * The command of this id came in the same batch. Only its commit shows whether it is itself a repeat: all of them are
   * answered then, however many they are (P9).
   */
  awaitCommit(twin: OpenCommand, asking: Asking): void {
    const asked = this.#uncommitted.get(twin);
    if (asked === undefined) this.#uncommitted.set(twin, [asking]);
    else asked.push(asking);
  }

  /** @param first given: the command is a repeat of this one, or of one that cannot be read */
  committed(open: OpenCommand, first?: StoredCommand | JournalError): void {
    const asked = this.#uncommitted.get(open) ?? [];
    this.#uncommitted.delete(open);
    for (const asking of asked) {
      if (first === undefined) this.#join(open, asking);
      else asking.respond(this.answerOf(first, asking.request));
    }
  }

  #join(open: OpenCommand, { request, respond }: Asking): void {
    const conflict = conflictWith(open.command, request, this.#fold);
    if (conflict !== undefined) respond(conflict);
    else if (open.answer !== undefined) respond(open.answer);
    else if (request.wait === 'settled') this.#await(open, respond);
    else respond(waitingAnswer(open, this.#keys, this.#ports.now()));
  }

  /**
   * Answers with the first outcome if a command of this id is settled, else with `rejection`. Calls `again`
   * if a command of this id was accepted meanwhile and is open.
   */
  answerFirst({ request, respond }: Asking, { rejection, again }: Otherwise, batch: Batch): void {
    const { id } = request;
    if (id === undefined) return respond(rejection);
    const see = async (): Promise<void> => {
      const first = await this.#ports.journal.find(id);
      if (first === undefined) respond(rejection);
      else if (first.settlement === undefined) again();
      else respond(this.answerOf(first, request));
    };
    return batch.look({ see, miss: respond });
  }

  /** The answer of a command in the journal for a client that sends its id again. */
  answerOf(
    first: StoredCommand | JournalError,
    request: CommandRequest,
  ): CommandAnswer | ErrorReply {
    if (first instanceof JournalError) return unreadableReply(first, request.id);
    const conflict = conflictWith(first.command, request, this.#fold);
    return conflict ?? storedAnswer(first, this.#ports.now());
  }

  #await(open: OpenCommand, respond: Respond<CommandAnswer>): void {
    if (open.hasWaiter(respond)) return respond.forget?.();
    if (this.#waiting >= WAITING_MAX) {
      const { id } = open.command;
      const message = `${WAITING_MAX} repeats of open commands wait for their end already`;
      respond(errorReply('busy', message, { id, retryAfterMs: RETRY_AFTER_MS }));
      return;
    }
    this.#waiting++;
    const answered: Respond<CommandAnswer> = (answer) => {
      this.#waiting--;
      respond(answer);
    };
    const waiter = Object.assign(answered, respond);
    open.addWaiter(waiter);
    respond.waits?.(() => stopWait(open, waiter, { keys: this.#keys, ...this.#ports }));
  }
}

/**
 * Why this request is no repeat of this command, or undefined if it is one. The key of the request is folded; that of a
 * command from before the dialect folded keys may not be.
 */
function conflictWith(
  first: Command,
  request: CommandRequest,
  fold: CoordinatorOptions['fold'] = (key) => key,
): ErrorReply | undefined {
  const { id, op, groupId, ensure, record } = first;
  const isSameKey = request.groupId === fold(groupId);
  const isSame = request.op === op && isSameKey && request.ensure === ensure;
  const digest = request.op === 'create' ? request.record?.digest : undefined;
  if (isSame && digest === record?.digest) return undefined;
  const isOther = isSame && record !== undefined && digest !== undefined;
  const content = record === undefined ? '' : isOther ? ' with another record' : ' with a record';
  const more = `${ensure ? ' with ensure' : ''}${content}`;
  const message = `${id} belongs to ${op} of ${JSON.stringify(groupId)}${more}`;
  return errorReply('id_conflict', message, { id });
}
