/**
 * Verifies a journal's file and all its rows at the start: in a process of its own, because
 * SQLite cannot be interrupted within a call, and a large file or a slow disk must not delay the
 * start.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { statSync } from 'node:fs';
import type { JournalError } from '../../errors.ts';
import { errorOf, type Findings } from '../sums/faults.ts';

/** The start does not wait for a larger one. */
const AWAITED_BYTES_MAX = 256 * 1024 * 1024;
const AWAITED_MS_MAX = 5_000;

const PROGRAM = new URL(
  `./soundness-check${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`,
  import.meta.url,
);

export interface SoundnessBounds {
  readonly bytes: number;
  readonly ms: number;
}

/**
 * An error `corrupt`: the daemon must not go on. `damaged`: only rows of history are. `unknown`: it was stopped, or failed for a reason outside the file.
 */
export type Found = JournalError | 'sound' | 'unknown';

export class Soundness {
  /** The final result. */
  readonly ended: Promise<Found>;
  readonly #path: string;
  readonly #child: ChildProcess;

  /** Starts the check. */
  constructor(path: string) {
    this.#path = path;
    this.#child = fork(PROGRAM, [path], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    // It must not delay the end of the process that started it.
    this.#child.unref();
    this.#child.channel?.unref();
    this.ended = this.#result();
  }

  /** The result; `unfinished` if it takes longer than a start should. */
  async within({ bytes, ms }: SoundnessBounds = DEFAULTS): Promise<Found | 'unfinished'> {
    if (statSync(this.#path).size > bytes) return 'unfinished';
    const late = Promise.withResolvers<'unfinished'>();
    const timer = setTimeout(() => late.resolve('unfinished'), ms);
    try {
      return await Promise.race([this.ended, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }

  #result(): Promise<Found> {
    return new Promise((resolve) => {
      this.#child.once('message', (findings: Findings) => {
        resolve(errorOf(findings, this.#path) ?? 'sound');
      });
      this.#child.once('error', () => resolve('unknown'));
      this.#child.once('exit', () => resolve('unknown'));
    });
  }
}

/** After an end in order: about 100,000 commands. */
export const BRIEF: SoundnessBounds = { bytes: 32 * 1024 * 1024, ms: 1_000 };
const DEFAULTS: SoundnessBounds = { bytes: AWAITED_BYTES_MAX, ms: AWAITED_MS_MAX };
