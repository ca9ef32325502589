/** Lets held commands go on. That is durable before they are driven: a restart does not hold them again. */
import { JournalError } from '../../journal/errors.ts';
import type { CommandAnswer } from '../../protocol/answer.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import type { Batch } from '../batch.ts';
import { unavailable } from '../breakers/unavailable.ts';
import { openAnswer } from '../commands/answers.ts';
import type { Respond } from '../ports.ts';
import type { OpenCommand } from '../queue/open-command.ts';
import type { RequestContext } from './context.ts';

/** One for each command, in their order. */
export type Answers = readonly (CommandAnswer | ErrorReply)[];

export interface Unholding {
  readonly commands: readonly OpenCommand[];
  readonly respond: Respond<CommandAnswer>;
  readonly done: (answers: Answers) => void;
}

export function unhold(
  { ports, commands: all }: RequestContext,
  asked: Unholding,
  batch: Batch,
): void {
  const { commands, respond, done } = asked;
  batch.read(async () => {
    try {
      await ports.journal.unhold(commands.map(({ command }) => command.seq));
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      return respond(unavailable(error.message, { hint: error.hint }));
    }
    for (const open of commands) all.unhold(open);
    return done(commands.map((open) => openAnswer(open, ports.now())));
  });
}
