/** A file system that has turned read-only, named as such: SQLite says only that it cannot open. */
import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { JournalError } from '../../errors.ts';

/** @throws JournalError `denied` if nothing can be written where the journal is */
export function refuseReadOnly(file: string): void {
  const folder = dirname(file);
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    // Whatever else is wrong with the folder, opening the files will say better.
    if ((error as NodeJS.ErrnoException).code !== 'EROFS') return;
    throw new JournalError(`${folder} is on a file system that is read-only (EROFS)`, {
      code: 'denied',
      cause: error,
      hint: 'The system mounts a damaged disk read-only: look at its log, then mount it writable again.',
    });
  }
}
