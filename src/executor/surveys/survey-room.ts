/**
 * Bounds the bytes of the records that surveys of deletes have found and the journal does not have yet (P9). While
 * they are too many, further surveys wait: nothing was sent yet that changes a node, and a deadline still ends them.
 * Rollbacks need no room.
 *
 * As many surveys read at once as there is room for, by the size of the latest ones. If their records are larger than
 * that, those that have no room are read again later. The survey that has held a record for longest goes on in any
 * case: one always ends, and gives room to the next.
 */
export interface SurveyRoomOptions<Run> {
  readonly bytesMax: number;
  /** Lets a run that waited read. */
  readonly act: (run: Run) => void;
}

/** How slowly larger surveys are forgotten, at each one that ends. */
const DECAY = 0.9;

export class SurveyRoom<Run> {
  readonly #options: SurveyRoomOptions<Run>;
  readonly #admitted = new Set<Run>();
  readonly #waiting = new Set<Run>();
  /** Their latest record had no room. */
  readonly #short = new Set<Run>();
  /** The bytes of those that hold records, the eldest first. */
  readonly #held = new Map<Run, number>();
  #bytes = 0;
  /** So many bytes the next survey may hold in the end. */
  #expected = 1;

  constructor(options: SurveyRoomOptions<Run>) {
    this.#options = options;
  }

  has(run: Run): boolean {
    return this.#held.has(run);
  }

  /** Surveys wait for room, or had none for a record. */
  get isWanted(): boolean {
    return this.#waiting.size + this.#short.size > 0;
  }

  /** Whether the survey may read its nodes now; else it waits, and is told by `act`. */
  mayRead(run: Run): boolean {
    if (this.#admitted.has(run)) return true;
    if (!this.#hasRoom) {
      this.#waiting.add(run);
      return false;
    }
    this.#admit(run);
    return true;
  }

  /** Keeps a record that the survey has read; false: there is no room for it, and it must be read again. */
  take(run: Run, bytes: number): boolean {
    const held = this.#held.get(run) ?? 0;
    const [eldest = run] = this.#held.keys();
    if (this.#bytes + bytes > this.#options.bytesMax && eldest !== run) {
      this.#expected = Math.max(this.#expected, held + bytes);
      this.#short.add(run);
      if (held === 0) this.#admitted.delete(run);
      return false;
    }
    this.#short.delete(run);
    this.#held.set(run, held + bytes);
    this.#bytes += bytes;
    return true;
  }

  /** The journal has the records of this survey, or its command has ended. */
  leave(run: Run): void {
    const held = this.#held.get(run) ?? 0;
    this.#bytes -= held;
    if (held > 0) this.#expected = Math.max(held, this.#expected * DECAY);
    this.#held.delete(run);
    this.#admitted.delete(run);
    this.#waiting.delete(run);
    this.#short.delete(run);
    for (const next of this.#waiting) {
      if (!this.#hasRoom) return;
      this.#admit(next);
      this.#options.act(next);
    }
  }

  get #hasRoom(): boolean {
    const { size } = this.#admitted;
    return size === 0 || (size + 1) * this.#expected <= this.#options.bytesMax;
  }

  #admit(run: Run): void {
    this.#waiting.delete(run);
    this.#admitted.add(run);
  }
}
