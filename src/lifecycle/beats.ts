/**
 * Signs of life in shared memory (P8): one slot for each thread, by unique name. The nanny reads
 * them without the watched thread's help; the watchdog reads main's in the same way, and the door
 * those of all.
 *
 * A slot holds two counters and an activity. An interval raises `beats`: the loop turns. Work
 * raises `progress`: the loop also gets work done. `activity` is what the thread does now; it
 * explains a hang. Counters wrap; only a change counts.
 *
 * Main adds what only main knows, for readers that must not wait for it: whether the thread is
 * expected, and the load of its loop.
 */

/** Up to 256 executors, main, the coordinator, the watchdog, and room to grow. */
const SLOTS_MAX = 272;
const BEATS = 0;
const PROGRESS = 1;
const ACTIVITY = 2;
const PRESENCE = 3;
const LOAD = 4;
const CELLS = 5;
const PER_MILLE = 1000;
/** Shorter than the nanny's interval (500 ms). An idle daemon does little else. */
const BEAT_MS = 400;

/** What a thread can do. Every thread begins with the first. */
const ACTIVITIES = ['starting', 'working', 'journal', 'stopping'] as const;

export type Activity = (typeof ACTIVITIES)[number];

/** `away`: not started yet, or ended by order. `lost`: it crashed, hangs, or ended without an order. */
const PRESENCES = ['away', 'expected', 'lost'] as const;

export type Presence = (typeof PRESENCES)[number];

/** Sent to a thread with its workerData. */
export interface BeatSlot {
  readonly buffer: SharedArrayBuffer;
  readonly slot: number;
}

/** One look at a slot. */
export interface Reading {
  readonly beats: number;
  /** 0 until the thread has done its first work. */
  readonly progress: number;
  readonly activity: Activity;
}

/** The slots of all threads, for a thread that reads them: the first name has the first slot. */
export interface Roster {
  readonly buffer: SharedArrayBuffer;
  readonly names: readonly string[];
}

/** All slots; made and kept by main. */
export class Beats {
  readonly #buffer = new SharedArrayBuffer(SLOTS_MAX * CELLS * Int32Array.BYTES_PER_ELEMENT);
  readonly #slots = new Map<string, BeatSlot>();
  readonly #reserved = new Set<string>();

  /** Slots for threads that start later, so that others can watch for them. */
  reserve(names: readonly string[]): Roster {
    for (const name of names) {
      this.claim(name);
      this.#reserved.add(name);
    }
    return { buffer: this.#buffer, names: [...this.#slots.keys()] };
  }

  /** @throws if the name is taken: two threads of one name would hide each other's death */
  claim(name: string): BeatSlot {
    const known = this.#slots.get(name);
    if (known !== undefined && this.#reserved.delete(name)) return known;
    if (known !== undefined) throw new Error(`two threads of the name ${name}`);
    if (this.#slots.size === SLOTS_MAX) throw new Error(`more than ${SLOTS_MAX} threads`);
    const slot = { buffer: this.#buffer, slot: this.#slots.size };
    this.#slots.set(name, slot);
    return slot;
  }

  read(name: string): Reading {
    return readSlot(this.#slotOf(name));
  }

  notePresence(name: string, presence: Presence): void {
    Atomics.store(cellsOf(this.#slotOf(name)), PRESENCE, PRESENCES.indexOf(presence));
  }

  /** @param load the share of time that the loop was busy lately, 0 to 1 */
  noteLoad(name: string, load: number): void {
    Atomics.store(cellsOf(this.#slotOf(name)), LOAD, Math.round(load * PER_MILLE));
  }

  #slotOf(name: string): BeatSlot {
    const slot = this.#slots.get(name);
    if (slot === undefined) throw new Error(`no thread of the name ${name}`);
    return slot;
  }
}

export function readSlot(slot: BeatSlot): Reading {
  const cells = cellsOf(slot);
  return {
    beats: Atomics.load(cells, BEATS),
    progress: Atomics.load(cells, PROGRESS),
    activity: ACTIVITIES[Atomics.load(cells, ACTIVITY)] ?? 'starting',
  };
}

/** What main has noted about the thread. */
export function readNotes(slot: BeatSlot): { readonly presence: Presence; readonly load: number } {
  const cells = cellsOf(slot);
  return {
    presence: PRESENCES[Atomics.load(cells, PRESENCE)] ?? 'away',
    load: Atomics.load(cells, LOAD) / PER_MILLE,
  };
}

/** The watched thread's own end of its slot. */
export class Beat {
  readonly #cells: Int32Array<SharedArrayBuffer>;

  constructor(slot: BeatSlot) {
    this.#cells = cellsOf(slot);
  }

  /** Beats from now on for as long as the loop turns; does not hold the thread alive. */
  start(): void {
    this.beatOnce();
    setInterval(() => this.beatOnce(), BEAT_MS).unref();
  }

  /** A sign of life from long work that lets the loop not turn. */
  beatOnce(): void {
    Atomics.add(this.#cells, BEATS, 1);
  }

  /** Some work is done. Skips 0, which means that no work was ever done. */
  progress(): void {
    if (Atomics.add(this.#cells, PROGRESS, 1) === -1) Atomics.add(this.#cells, PROGRESS, 1);
  }

  /** @returns the activity before */
  enter(activity: Activity): Activity {
    const before = Atomics.exchange(this.#cells, ACTIVITY, ACTIVITIES.indexOf(activity));
    return ACTIVITIES[before] ?? 'starting';
  }
}

function cellsOf({ buffer, slot }: BeatSlot): Int32Array<SharedArrayBuffer> {
  return new Int32Array(buffer, slot * CELLS * Int32Array.BYTES_PER_ELEMENT, CELLS);
}
