/** The answer about a row of the journal that is damaged: it names the row, and not the file. */
import { JournalError } from '../../journal/errors.ts';
import { type ErrorReply, errorReply } from '../../protocol/errors.ts';

/** Without the file, which is no client's business. */
export function damageOf(error: JournalError): string {
  return (error.cause instanceof JournalError ? error.cause : error).message;
}

export function unreadableReply(error: JournalError, id?: string): ErrorReply {
  return errorReply('internal', `the journal is damaged: ${damageOf(error)}`, {
    hint: 'The outcome of this command is not known. An operator finds more by `lockstep journal check`.',
    ...(id === undefined ? {} : { id }),
  });
}
