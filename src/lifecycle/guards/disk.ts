/**
 * Keeps the journal from failing for want of room: while less than `freeMinBytes` are free
 * on its disk, no new command is taken in; open ones go on to their end. It recovers by itself, a
 * little above the limit, so that it does not flap; each change is logged once.
 */
import { statfs } from 'node:fs/promises';
import type { Log } from '../../observe/log/log-port.ts';
import type { Failure } from '../control.ts';

const LOOK_MS = 2000;
/** To take commands in again, this much of the limit must be free. */
const RECOVERED = 1.1;
const MIB = 1024 * 1024;

export interface DiskGuardOptions {
  /** Where the journal is. */
  readonly folder: string;
  /** 0: never refuses. */
  readonly freeMinBytes: number;
  readonly log: Log;
  /** On each change: why no command may be taken in, or null. */
  readonly onChange: (refusal: Failure | null) => void;
}

export class DiskGuard {
  readonly #options: DiskGuardOptions;
  /** Undefined: not looked yet, or it could not be seen. */
  #freeBytes: number | undefined;
  #isFull = false;
  #isBlind = false;

  constructor(options: DiskGuardOptions) {
    this.#options = options;
  }

  /** As at the latest look. */
  get status() {
    const { freeMinBytes } = this.#options;
    return { freeBytes: this.#freeBytes, freeMinBytes, isFull: this.#isFull };
  }

  /** Looks now and every 2 s; one look at a time, however slow the disk is. */
  async watch(): Promise<void> {
    await this.look();
    setTimeout(() => void this.watch(), LOOK_MS).unref();
  }

  async look(): Promise<void> {
    const { folder, log } = this.#options;
    try {
      const { bavail, bsize } = await statfs(folder);
      this.#freeBytes = bavail * bsize;
      this.#isBlind = false;
      this.#update(this.#freeBytes);
    } catch (error) {
      this.#freeBytes = undefined;
      // Said once; whether the journal itself still works is for the journal to say.
      if (!this.#isBlind) log.warn('the free disk space cannot be read', { folder, error });
      this.#isBlind = true;
    }
  }

  #update(freeBytes: number): void {
    const { freeMinBytes, log, onChange, folder } = this.#options;
    const limit = this.#isFull ? freeMinBytes * RECOVERED : freeMinBytes;
    const isFull = freeBytes < limit;
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    const seen = { folder, freeBytes, freeMinBytes };
    if (isFull) log.error('the disk is nearly full: new commands are refused', seen);
    else log.info('the disk has free space again: new commands are accepted', seen);
    onChange(isFull ? this.#refusal(freeBytes) : null);
  }

  #refusal(freeBytes: number): Failure {
    const { freeMinBytes } = this.#options;
    return {
      message: `the journal's disk is nearly full: ${mib(freeBytes)} free, ${mib(freeMinBytes)} are kept`,
      hint: 'Make room on that disk, then send it again with the same id; nothing was journaled.',
    };
  }
}

function mib(bytes: number): string {
  return `${Math.floor(bytes / MIB)} MiB`;
}
