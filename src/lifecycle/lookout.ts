/**
 * What one thread sees of all threads by itself: in shared memory, as often as they beat, without the help of any of them. So
 * the operators' port says that main hangs while main hangs (P8). It only looks; the nanny acts.
 */
import { type Activity, type BeatSlot, type Roster, readNotes, readSlot } from './beats.ts';
import { firstPulse, nextPulse, type Pulse } from './pulse.ts';

/** As often as a thread beats: one timer wakes this thread for both. */
const LOOK_MS = 400;

/** One thread at the latest look. */
export interface ThreadStatus {
  readonly name: string;
  /** Neither crashed nor hung. */
  readonly alive: boolean;
  readonly activity: Activity;
  /** Time since its event loop ran last, in ms. */
  readonly silentMs: number;
  /** The share of time in which its event loop was busy lately, 0 to 1. */
  readonly utilization: number;
}

interface Seen {
  readonly name: string;
  readonly slot: BeatSlot;
  pulse: Pulse;
}

export class Lookout {
  readonly #seen: readonly Seen[];
  readonly #now: () => number;
  #lookedAt: number;

  /** @param now monotonic milliseconds */
  constructor({ buffer, names }: Roster, now: () => number) {
    this.#now = now;
    this.#lookedAt = now();
    this.#seen = names.map((name, index) => {
      const slot = { buffer, slot: index };
      return { name, slot, pulse: firstPulse(readSlot(slot)) };
    });
  }

  /** Looks for as long as the thread lives; does not hold it alive. */
  start(): void {
    setInterval(() => this.look(), LOOK_MS).unref();
  }

  look(): void {
    const at = this.#now();
    const passed = { elapsedMs: at - this.#lookedAt, lookMs: LOOK_MS };
    this.#lookedAt = at;
    for (const seen of this.#seen) {
      const { presence } = readNotes(seen.slot);
      const reading = readSlot(seen.slot);
      // The silence of a thread begins with its start.
      const isAway = presence === 'away';
      seen.pulse = isAway ? firstPulse(reading) : nextPulse(seen.pulse, reading, passed);
    }
  }

  /** Every thread that should be running now, and those that are lost. */
  get threads(): readonly ThreadStatus[] {
    return this.#seen.flatMap(({ name, slot, pulse }) => {
      const { presence, load: utilization } = readNotes(slot);
      if (presence === 'away') return [];
      const { activity } = readSlot(slot);
      return [
        { name, alive: presence !== 'lost', activity, silentMs: pulse.silentMs, utilization },
      ];
    });
  }
}
