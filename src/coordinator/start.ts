/** Faults that keep the coordinator's thread from starting: its journal, or an address in use. */
import type { Router, XPublisher } from 'zeromq';
import { messageOf } from '../base/error-fields.ts';
import { EX_CONFIG } from '../config/problem.ts';
import { JournalError } from '../journal/errors.ts';
import type { Failure } from '../lifecycle/control.ts';
import { StartError } from '../lifecycle/thread-shell.ts';

/** @throws StartError if the journal fails */
export async function orRefuse<Result>(begin: () => Promise<Result>): Promise<Result> {
  try {
    return await begin();
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    throw new StartError(failureOf(error), { cause: error });
  }
}

export function failureOf({ code, message, hint }: JournalError): Failure {
  const failure = { message: `the journal: ${message}`, hint };
  // Another start by a supervisor would be refused as well: an operator has to choose.
  return code === 'saved_copy' ? { ...failure, exitCode: EX_CONFIG } : failure;
}

export async function bind(
  socket: Router | XPublisher,
  endpoint: string,
  setting: string,
): Promise<void> {
  try {
    await socket.bind(endpoint);
  } catch (error) {
    const message = messageOf(error);
    throw new StartError(
      {
        message: `cannot listen on ${endpoint}: ${message}`,
        hint: `Another program listens there, or it is no address of this machine: see ${setting}.`,
      },
      { cause: error },
    );
  }
}
