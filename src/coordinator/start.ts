/** Faults that keep the coordinator's thread from starting: its journal, or an address in use. */
import type { Router, XPublisher } from 'zeromq';
import { messageOf } from '../base/error-fields.ts';
import { EX_CONFIG } from '../config/problem.ts';
import { JournalError, type JournalErrorCode } from '../journal/errors.ts';
import type { Journal } from '../journal/port.ts';
import type { Failure } from '../lifecycle/control.ts';
import { StartError } from '../lifecycle/thread-shell.ts';
import { holdSocketFile } from './sockets/socket-file.ts';

/** @throws StartError if the journal fails */
export async function orRefuse<Result>(begin: () => Promise<Result>): Promise<Result> {
  try {
    return await begin();
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    throw new StartError(failureOf(error), { cause: error });
  }
}

const PAGE = 5000;
/** Of those that the message names; there may be as many as open commands. */
const NAMED_MAX = 20;

/**
 * Refuses to start if the dialect now folds keys of open commands: two of them may have begun on what is now one key,
 * and each would undo the other (P6).
 *
 * @throws StartError that names the commands
 */
export async function refuseUnfolded(
  journal: Pick<Journal, 'load'>,
  fold: (groupId: string) => string,
): Promise<void> {
  const named: string[] = [];
  let count = 0;
  for (let after = 0, isLast = false; !isLast; ) {
    const page = await journal.load(after, PAGE);
    for (const { command } of page) {
      after = command.seq;
      if (fold(command.groupId) === command.groupId) continue;
      count++;
      if (named.length < NAMED_MAX)
        named.push(`${command.id} (${JSON.stringify(command.groupId)})`);
    }
    isLast = page.length < PAGE;
  }
  if (count === 0) return;
  const more = count > named.length ? ` and ${count - named.length} more` : '';
  const message =
    'keys.fold of the dialect changes the keys of open commands in the journal: ' +
    `${named.join(', ')}${more}`;
  throw new StartError({
    message,
    hint: 'Start without keys.fold until these commands are settled (`lockstep list`), then set it.',
    exitCode: EX_CONFIG,
  });
}

const FOR_OPERATORS: readonly JournalErrorCode[] = ['saved_copy', 'moved', 'asynchronous'];

export function failureOf({ code, message, hint }: JournalError): Failure {
  const failure = { message: `the journal: ${message}`, hint };
  // Another start by a supervisor would be refused as well: an operator has to choose.
  return FOR_OPERATORS.includes(code) ? { ...failure, exitCode: EX_CONFIG } : failure;
}

export async function bind(
  socket: Router | XPublisher,
  endpoint: string,
  setting: string,
): Promise<void> {
  try {
    await holdSocketFile(endpoint);
    await socket.bind(endpoint);
  } catch (error) {
    const message = messageOf(error);
    throw new StartError(
      {
        message: `cannot listen on ${endpoint}: ${message}`,
        hint: `Another program listens there, or it is no address to listen on: see ${setting}.`,
      },
      { cause: error },
    );
  }
}
