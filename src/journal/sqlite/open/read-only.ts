/** Names a read-only file system as the cause: SQLite reports only that it cannot open. */
import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../../../base/error-fields.ts';
import { JournalError } from '../../errors.ts';

/** @throws JournalError `denied` if the journal's folder is not writable */
export function refuseReadOnly(file: string): void {
  const folder = dirname(file);
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    // Opening the files reports any other fault of the folder better.
    if (codeOf(error) !== 'EROFS') return;
    throw new JournalError(`${folder} is on a file system that is read-only (EROFS)`, {
      code: 'denied',
      cause: error,
      hint: 'The system mounts a damaged disk read-only: look at its log, then mount it writable again.',
    });
  }
}
