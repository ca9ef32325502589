/** The answer about a row of the journal that is damaged: it names the row, and not the file. */
import { JournalError } from '../../journal/errors.ts';
import { type ErrorReply, errorReply } from '../../protocol/errors.ts';

export function unreadableReply(error: JournalError, id?: string): ErrorReply {
  const { message } = error.cause instanceof JournalError ? error.cause : error;
  return errorReply('internal', `the journal is damaged: ${message}`, {
    hint: 'The outcome of this command is not known. An operator finds more by `lockstep journal check`.',
    ...(id === undefined ? {} : { id }),
  });
}
