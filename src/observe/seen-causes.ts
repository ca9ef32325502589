/**
 * Which causes were reported lately, so that one cause is one report: also across the restarts of a
 * daemon that crashes over and over, hence the file. It holds what has arrived, no more: a report
 * that a life could not get through is the next one's again (P10). Losing the file costs a repeated
 * report, so it is neither synced nor trusted.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

const CAUSES_MAX = 200;

export interface SeenCausesOptions {
  readonly file: string;
  readonly windowMs: number;
  readonly onTrouble: (error: unknown) => void;
}

export class SeenCauses {
  readonly #options: SeenCausesOptions;
  readonly #arrived: Map<string, number>;
  /** Besides, what is under way. */
  readonly #seen: Map<string, number>;

  constructor(options: SeenCausesOptions) {
    this.#options = options;
    this.#arrived = readSeen(options.file);
    this.#seen = new Map(this.#arrived);
  }

  /** Whether it was not seen within the window; from now on it was, in this life. */
  isNew(cause: string): boolean {
    const { windowMs } = this.#options;
    const now = steadyNow();
    const before = this.#seen.get(cause);
    // What is ahead was seen by another clock, which has been set back since: that silences nothing.
    if (before !== undefined && before <= now && now - before < windowMs) return false;
    note(this.#seen, cause, now);
    return true;
  }

  /** Their report has arrived. */
  arrived(causes: readonly string[]): void {
    for (const cause of causes) note(this.#arrived, cause, steadyNow());
    this.#write();
  }

  #write(): void {
    const { file, onTrouble } = this.#options;
    try {
      writeFileSync(`${file}.new`, JSON.stringify([...this.#arrived]));
      renameSync(`${file}.new`, file);
    } catch (error) {
      onTrouble(error);
    }
  }
}

/**
 * The wall clock when the process began, counted on by the monotonic one: it goes on across restarts as
 * well as the wall clock does, and nobody who sets that meanwhile brings anything back or silences it.
 */
function steadyNow(): number {
  return performance.timeOrigin + performance.now();
}

/** As the latest; the oldest make room. */
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
    // None yet, or torn by a crash: either way nothing is known.
    return new Map();
  }
}
