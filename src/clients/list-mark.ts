/**
 * The mark in the data folder that a daemon has used a list of clients there. With it a start without the list is
 * refused: a list that is lost must not open the daemon. `lockstep keys off` takes it away on purpose.
 */
import { lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../base/error-fields.ts';
import { replaceSecretFile } from '../files/secret-file.ts';
import type { Log } from '../observe/log/log-port.ts';
import type { WatchedList } from './watched-list.ts';

const WAY_BACK = '`lockstep keys off` ends that.';

export function listMark(dataDir: string): string {
  return join(dataDir, 'clients-used');
}

/**
 * Anything in its place counts: nobody gets in by a link or a folder there.
 *
 * @throws the error of the file system, unless it says that nothing is there: an unknown answer must not open the daemon
 */
export function wasListUsed(dataDir: string): boolean {
  try {
    lstatSync(listMark(dataDir));
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}

interface Marking {
  readonly dataDir: string;
  /** The file of the list. */
  readonly clients: string;
  readonly log: Log;
  /** Called before the disk is written to, and what it returns after that: it may be slow. */
  readonly within: () => () => void;
}

/** Makes the mark as soon as there is a list. A data folder that takes no mark is logged. */
export function markWhenUsed(
  list: Pick<WatchedList, 'present' | 'onChange'>,
  marking: Marking,
): void {
  if (list.present !== undefined) mark(marking);
  list.onChange(() => mark(marking));
}

function mark({ dataDir, clients, log, within }: Marking): void {
  const file = listMark(dataDir);
  const leave = within();
  try {
    if (wasListUsed(dataDir)) return;
    replaceSecretFile(file, `The list of clients is in use: ${clients}\n${WAY_BACK}\n`);
  } catch (error) {
    const effect = 'a start without the list would not be refused';
    log.error('that the list of clients is in use could not be saved', { file, effect, error });
  } finally {
    leave();
  }
}

/** @throws the error of the file system */
export function unmarkListUsed(dataDir: string): void {
  rmSync(listMark(dataDir), { force: true });
}
