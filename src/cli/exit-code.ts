/** The exit codes of the command line; scripts rely on them. */
import { type CommandAnswer, isError } from '../protocol/answer.ts';
import type { DryRunAnswer } from '../protocol/answers/dry-run.ts';
import type { ErrorReply } from '../protocol/errors.ts';

export const EXIT = { done: 0, notDone: 1, usage: 2, unreachable: 3, timedOut: 4 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const GRAVEST_FIRST = [EXIT.unreachable, EXIT.usage, EXIT.timedOut, EXIT.notDone];

/** A question was answered with no. */
export class Declined extends Error {
  override readonly name = 'Declined';
}

/** Bad usage: one line on stderr, or with `details` several. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly details: readonly string[];

  constructor(
    message: string,
    { details = [], ...options }: ErrorOptions & { readonly details?: readonly string[] } = {},
  ) {
    super(message, options);
    this.details = details;
  }
}

/** For a call that only needs an answer: an error is not done, a wrong request is bad usage. */
export function exitOfReply(answer: object): ExitCode {
  if (!isError(answer)) return EXIT.done;
  return answer.error.code === 'invalid_request' ? EXIT.usage : EXIT.notDone;
}

/** For a command that had to be committed, or only accepted if the caller asked for that. */
export function exitOfCommand(
  answer: CommandAnswer | ErrorReply,
  wait: 'settled' | 'accepted',
): ExitCode {
  if (isError(answer)) return exitOfReply(answer);
  return isDone(answer, wait) ? EXIT.done : EXIT.notDone;
}

/** Done: the command would be committed. */
export function exitOfDryRun(answer: DryRunAnswer | ErrorReply): ExitCode {
  if (isError(answer)) return exitOfReply(answer);
  return answer.would === 'commit' ? EXIT.done : EXIT.notDone;
}

export function isDone({ state }: CommandAnswer, wait: 'settled' | 'accepted'): boolean {
  const underWay = state === 'accepted' || state === 'applying';
  return state === 'committed' || (wait === 'accepted' && underWay);
}

/** Of several: the worst. */
export function worst(codes: readonly ExitCode[]): ExitCode {
  return GRAVEST_FIRST.find((code) => codes.includes(code)) ?? EXIT.done;
}
