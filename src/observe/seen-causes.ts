/**
 * Which causes were reported lately, so that one cause is one report: also across the restarts of a
 * daemon that crashes over and over, hence the file. Losing the file costs a repeated report, no
 * more, so it is neither synced nor trusted.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

const CAUSES_MAX = 200;

export interface SeenCausesOptions {
  readonly file: string;
  readonly windowMs: number;
  /** Wall clock: it must go on across restarts. */
  readonly wallNow: () => number;
  readonly onTrouble: (error: unknown) => void;
}

export class SeenCauses {
  readonly #options: SeenCausesOptions;
  readonly #seen: Map<string, number>;

  constructor(options: SeenCausesOptions) {
    this.#options = options;
    this.#seen = readSeen(options.file);
  }

  /** Whether it was not seen within the window; from now on it was. */
  isNew(cause: string): boolean {
    const { wallNow, windowMs } = this.#options;
    const now = wallNow();
    const before = this.#seen.get(cause);
    // A clock that was set back must not silence anything for longer.
    if (before !== undefined && before <= now && now - before < windowMs) return false;
    this.#seen.delete(cause);
    this.#seen.set(cause, now);
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= CAUSES_MAX) break;
      this.#seen.delete(oldest);
    }
    this.#write();
    return true;
  }

  #write(): void {
    const { file, onTrouble } = this.#options;
    try {
      writeFileSync(`${file}.new`, JSON.stringify([...this.#seen]));
      renameSync(`${file}.new`, file);
    } catch (error) {
      onTrouble(error);
    }
  }
}

function readSeen(file: string): Map<string, number> {
  try {
    const pairs = JSON.parse(readFileSync(file, 'utf8')) as unknown;
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
