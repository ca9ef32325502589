/**
 * The causes that were reported lately, so that one cause is reported once, also across restarts of
 * a daemon that crashes repeatedly: therefore it is a file. It holds delivered reports only; the
 * next run repeats the reports that this run could not deliver (P10). If the file is lost, a report
 * is repeated; so it is neither synced nor trusted.
 */
import { readFileSync, renameSync } from 'node:fs';
import { writePrivateFile } from '../files/private-file.ts';

const CAUSES_MAX = 200;

export interface SeenCausesOptions {
  readonly file: string;
  readonly windowMs: number;
  readonly onTrouble: (error: unknown) => void;
}

export class SeenCauses {
  readonly #options: SeenCausesOptions;
  readonly #arrived: Map<string, number>;
  /** Causes whose reports are under way. */
  readonly #seen: Map<string, number>;

  constructor(options: SeenCausesOptions) {
    this.#options = options;
    this.#arrived = readSeen(options.file);
    this.#seen = new Map(this.#arrived);
  }

  /** Whether the cause is new within the window; from now on it is known in this run. */
  isNew(cause: string): boolean {
    const { windowMs } = this.#options;
    const now = steadyNow();
    const before = this.#seen.get(cause);
    // A time in the future comes from a clock that has been set back since: it silences nothing.
    if (before !== undefined && before <= now && now - before < windowMs) return false;
    note(this.#seen, cause, now);
    return true;
  }

  /** Their reports were delivered. */
  arrived(causes: readonly string[]): void {
    for (const cause of causes) note(this.#arrived, cause, steadyNow());
    this.#write();
  }

  #write(): void {
    const { file, onTrouble } = this.#options;
    try {
      writePrivateFile(`${file}.new`, JSON.stringify([...this.#arrived]));
      renameSync(`${file}.new`, file);
    } catch (error) {
      onTrouble(error);
    }
  }
}

/**
 * The wall clock at the start of the process, continued by the monotonic clock. A later change of
 * the wall clock neither repeats a report nor silences one.
 */
function steadyNow(): number {
  return performance.timeOrigin + performance.now();
}

/** Adds them as the latest; the oldest are removed beyond the bound. */
function note(causes: Map<string, number>, cause: string, at: number): void {
  causes.delete(cause);
  causes.set(cause, at);
  for (const oldest of causes.keys()) {
    if (causes.size <= CAUSES_MAX) break;
    causes.delete(oldest);
  }
}

function readSeen(file: string): Map<string, number> {
  try {
    const pairs: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (!Array.isArray(pairs)) return new Map();
    const sound = pairs.filter(
      (pair): pair is [string, number] =>
        Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'number',
    );
    return new Map(sound.slice(-CAUSES_MAX));
  } catch {
    // No file yet, or one that a crash cut off: in both cases nothing is known.
    return new Map();
  }
}
