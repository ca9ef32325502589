/**
 * Changes the file of the list, one program at a time: a lock file beside it keeps two `lockstep keys` from losing an
 * entry. A change takes milliseconds. The lock of a program that was killed is named, and not taken away: two programs
 * that both take it away would both change the list.
 */
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, messageOf } from '../base/error-fields.ts';
import { makeListFolder, readClientFile, writeClientFile } from './client-file.ts';
import { type Client, clientListText, type ListFault, parseClientList } from './client-list.ts';

const WAIT_MS = 5000;
const PAUSE_MS = 20;

export type Changed =
  | { readonly ok: true; readonly clients: readonly Client[] }
  | { readonly ok: false; readonly fault: ListFault };

/** Of the present clients, undefined if there is no file; returns the clients to write. */
type Change = (clients: readonly Client[] | undefined) => Changed;

/** A fault of the file system is returned, too. */
export async function changeList(path: string, change: Change): Promise<Changed> {
  return alone(path, () => {
    const read = readClientFile(path);
    if (!read.ok) return read;
    const changed = change(read.list?.clients);
    if (!changed.ok) return changed;
    // A list that the daemon would refuse is not written.
    const parsed = parseClientList(clientListText(changed.clients), path);
    if (!parsed.ok) return parsed;
    writeClientFile(path, changed.clients);
    return changed;
  });
}

type KeptAway =
  /** `kept` undefined: there was no list. */
  | { readonly ok: true; readonly kept: string | undefined }
  | { readonly ok: false; readonly fault: ListFault };

/** Renames the list, whatever is in it, and then does the rest. A fault of the file system is returned, too. */
export function keepListAway(path: string, rest: () => void): Promise<KeptAway> {
  return alone(path, () => {
    const kept = existsSync(path) ? `${path}.off` : undefined;
    if (kept !== undefined) renameSync(path, kept);
    rest();
    return { ok: true, kept };
  });
}

type Faulty = { readonly ok: false; readonly fault: ListFault };

async function alone<Done>(path: string, act: () => Done | Faulty): Promise<Done | Faulty> {
  const lock = `${path}.lock`;
  try {
    makeListFolder(path);
    if (!(await take(lock))) return { ok: false, fault: lockedFault(lock) };
    try {
      return act();
    } finally {
      rmSync(lock, { force: true });
    }
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return { ok: false, fault: { message: `cannot change ${path}: ${messageOf(error)}` } };
  }
}

async function take(lock: string): Promise<boolean> {
  for (let waitedMs = 0; ; waitedMs += PAUSE_MS) {
    try {
      const descriptor = openSync(lock, 'wx', 0o600);
      writeFileSync(descriptor, `${process.pid}\n`);
      closeSync(descriptor);
      return true;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    if (waitedMs >= WAIT_MS) return false;
    await sleep(PAUSE_MS);
  }
}

function lockedFault(lock: string): ListFault {
  const holder = holderOf(lock);
  return {
    message: `${lock} exists: another program changes the list${holder}`,
    hint: `If none does (one may have been killed), remove ${lock}.`,
  };
}

function holderOf(lock: string): string {
  try {
    const pid = /^\d{1,10}/.exec(readFileSync(lock, 'utf8'))?.[0];
    return pid === undefined ? '' : ` (process ${pid})`;
  } catch {
    return '';
  }
}
