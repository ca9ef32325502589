/** The error that ends a call in place of an answer: its text and its exit code. */
import { ClientError } from '../client/index.ts';
import { EXIT, type ExitCode, UsageError } from './exit-code.ts';
import { plain, type Terminal } from './output/terminal.ts';

export type Fault = ClientError | UsageError;

export function isFault(error: unknown): error is Fault {
  return error instanceof ClientError || error instanceof UsageError;
}

export function exitOfFault(fault: Fault): ExitCode {
  if (fault instanceof UsageError || fault.code === 'bad_endpoint' || fault.code === 'bad_key')
    return EXIT.usage;
  return fault.code === 'no_answer' || fault.code === 'closed' ? EXIT.notDone : EXIT.unreachable;
}

/** In the shape of the daemon's error replies. */
export function faultJson(fault: Fault): { readonly id?: string; readonly error: object } {
  if (fault instanceof UsageError) {
    const message = [fault.message, ...fault.details].join('\n');
    return { error: { code: 'bad_usage', message, hint: 'See `lockstep --help`.' } };
  }
  const { code, message, hint, endpoint, id } = fault;
  return { ...(id === undefined ? {} : { id }), error: { code, message, hint, endpoint } };
}

export function printFault(fault: Fault, terminal: Terminal): void {
  if (fault instanceof UsageError) {
    const lines = [`lockstep: ${fault.message}`, ...fault.details];
    return terminal.complain(lines.map(plain).join('\n'));
  }
  const { message, hint, id } = fault;
  const again = id === undefined ? [] : [`For its outcome: lockstep status ${id}`];
  terminal.complain([`lockstep: ${message}`, hint, ...again].join('\n  '));
}
