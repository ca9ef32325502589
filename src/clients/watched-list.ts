/**
 * The present list of clients of one thread: read at the start, and again when its file changes, without a restart.
 *
 * A door asks for `current` at every request: the look at the file that goes before takes 1 µs (Node 24.21, November
 * 2026), so that a client that is removed is refused at its next request. The threads with doors (the coordinator and the
 * door for HTTP) also watch the file, for what follows from a change without a request; the coordinator logs. There is no
 * inotify: the journal's log, in the same folder, would wake it with every commit.
 *
 * It fails closed. A file that cannot be used leaves the last good list in force; a file that appears and cannot be
 * used lets nobody in. A file that disappears leaves the list in force: a lost file must not open the daemon,
 * and does not at the next start either (`list-mark.ts`). Each of these is logged once, counted, and shown (P10).
 */
import { lstatSync } from 'node:fs';
import { codeOf } from '../base/error-fields.ts';
import { fileSignature } from '../base/file-signature.ts';
import type { Log } from '../observe/log/log-port.ts';
import { readClientFile } from './client-file.ts';
import { type ClientList, type ListFault, NO_CLIENTS } from './client-list.ts';

/** Subscribers that were removed are disconnected so much later. */
const LOOK_MS = 200;
/** Until there is a list: a first one counts so much later. */
const FIRST_LOOK_MS = 1000;

export interface WatchedListOptions {
  readonly path: string;
  /** Absent: another reader of this file logs. */
  readonly log?: Log;
}

export class WatchedList {
  readonly #options: WatchedListOptions;
  readonly #listeners = new Set<() => void>();
  #present: ClientList | undefined;
  #fault: ListFault | undefined;
  #faults = 0;
  #signature: string;
  #timer: NodeJS.Timeout | undefined;

  /** Reads the file; a fault of it is in `fault`. */
  constructor(options: WatchedListOptions) {
    this.#options = options;
    this.#signature = signatureNow(options.path);
    this.#read();
  }

  /** Undefined: there is no list. */
  get present(): ClientList | undefined {
    return this.#present;
  }

  /** The same, after a look at the file if there is a list; while there is none, only `watch` looks. */
  current(): ClientList | undefined {
    if (this.#present !== undefined) this.look();
    return this.#present;
  }

  /** Why the file as it is now is not in force; undefined if it is. */
  get fault(): ListFault | undefined {
    return this.#fault;
  }

  /** Changes of the file that could not be used, since the start. */
  get faults(): number {
    return this.#faults;
  }

  /** Called after each change of `present`. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Follows the file until it is stopped; holds no thread alive. */
  watch(): this {
    const pauseMs = this.#present === undefined ? FIRST_LOOK_MS : LOOK_MS;
    const next = (): void => {
      this.look();
      this.watch();
    };
    this.#timer = setTimeout(next, pauseMs).unref();
    return this;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Looks at the file now, also between two looks of `watch`. */
  look(): void {
    const signature = signatureNow(this.#options.path);
    // A list that could not be read is read again: else a client that was removed meanwhile would stay for good.
    if (signature === this.#signature && this.#fault?.mayPass !== true) return;
    this.#signature = signature;
    this.#read();
  }

  #read(): void {
    const { path, log } = this.#options;
    const read = readClientFile(path);
    if (!read.ok) return this.#keep(read.fault);
    const { list } = read;
    if (list === undefined) {
      if (this.#present === undefined) return undefined;
      const hint =
        'Put the file back. To run without a list: `lockstep keys off`, and restart the daemon.';
      return this.#keep({ message: `${path} is gone`, hint });
    }
    this.#fault = undefined;
    this.#present = list;
    log?.info('the list of clients was read', { file: path, clients: list.clients.length });
    return this.#notify();
  }

  #keep(fault: ListFault): void {
    const isKnown = fault.mayPass === true && this.#fault?.message === fault.message;
    if (isKnown) return;
    const isFirst = this.#present === undefined;
    this.#fault = fault;
    this.#faults++;
    this.#present ??= NO_CLIENTS;
    const isClosed = this.#present === NO_CLIENTS;
    const effect = isClosed ? 'every request is refused' : 'the last list stays in force';
    const { message: reason, hint } = fault;
    const more = hint === undefined ? {} : { hint };
    this.#options.log?.error('the list of clients cannot be used', { reason, effect, ...more });
    if (isFirst) this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

function signatureNow(path: string): string {
  try {
    return fileSignature(lstatSync(path));
  } catch (error) {
    return codeText(error);
  }
}

function codeText(error: unknown): string {
  return String(codeOf(error));
}
