/**
 * Keeps the journal from failing for lack of space: while less than `freeMinBytes` are free on its
 * disk, the daemon refuses new commands; open ones continue to their end. It accepts them again a
 * little above the limit, so that it does not flap; each change is logged once.
 */
import { statfs } from 'node:fs/promises';
import type { Log } from '../../observe/log/log-port.ts';
import type { DiskStatus, Failure } from '../control.ts';

const LOOK_MS = 2000;
/** Commands are accepted again at this multiple of the limit. */
const RECOVERED = 1.1;
const MIB = 1024 * 1024;

export interface DiskGuardOptions {
  /** Where the journal is. */
  readonly folder: string;
  /** 0: no check. */
  readonly freeMinBytes: number;
  readonly log: Log;
  /** On each change: the reason to refuse commands, or null. */
  readonly onChange: (refusal: Failure | null) => void;
  /** After each look. */
  readonly onLook?: () => void;
}

export class DiskGuard {
  readonly #options: DiskGuardOptions;
  /** Undefined: not checked yet, or the check failed. */
  #freeBytes: number | undefined;
  #isFull = false;
  #isBlind = false;

  constructor(options: DiskGuardOptions) {
    this.#options = options;
  }

  /** The state at the latest check. */
  get status(): DiskStatus {
    const { freeMinBytes } = this.#options;
    return { freeBytes: this.#freeBytes, freeMinBytes, isFull: this.#isFull };
  }

  /** Checks now and every 2 s; one check at a time, however slow the disk is. */
  async watch(): Promise<void> {
    await this.look();
    setTimeout(() => void this.watch(), LOOK_MS).unref();
  }

  async look(): Promise<void> {
    const { folder, log, onLook } = this.#options;
    try {
      const { bavail, bsize } = await statfs(folder);
      this.#freeBytes = bavail * bsize;
      this.#isBlind = false;
      this.#update(this.#freeBytes);
    } catch (error) {
      this.#freeBytes = undefined;
      // Logged once. The journal itself reports whether it still works.
      if (!this.#isBlind) log.warn('the free disk space cannot be read', { folder, error });
      this.#isBlind = true;
    }
    onLook?.();
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
