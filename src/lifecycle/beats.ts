/**
 * Signs of life in shared memory (P8): one slot for each thread, by unique name. The nanny reads
 * them without the watched thread's help; the watchdog reads main's in the same way.
 *
 * A slot holds two counters and a word. `beats` is turned by an interval: the loop turns.
 * `progress` is turned where work is done: the loop also gets somewhere. `activity` says what the
 * thread is at, for whoever has to explain why it hangs. Counters wrap; only change counts.
 */

/** Up to 256 executors, main, the coordinator, the watchdog, and room to grow. */
const SLOTS_MAX = 272;
const BEATS = 0;
const PROGRESS = 1;
const ACTIVITY = 2;
const CELLS = 3;
/** Below the nanny's look (500 ms); an idle daemon does little else. */
const BEAT_MS = 400;

/** What a thread can be at. The first is where every thread begins. */
const ACTIVITIES = ['starting', 'working', 'journal', 'stopping'] as const;

export type Activity = (typeof ACTIVITIES)[number];

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

/** All slots; made and kept by main. */
export class Beats {
  readonly #buffer = new SharedArrayBuffer(SLOTS_MAX * CELLS * Int32Array.BYTES_PER_ELEMENT);
  readonly #slots = new Map<string, BeatSlot>();

  /** @throws if the name is taken: two threads of one name would hide each other's death */
  claim(name: string): BeatSlot {
    if (this.#slots.has(name)) throw new Error(`two threads of the name ${name}`);
    if (this.#slots.size === SLOTS_MAX) throw new Error(`more than ${SLOTS_MAX} threads`);
    const slot = { buffer: this.#buffer, slot: this.#slots.size };
    this.#slots.set(name, slot);
    return slot;
  }

  read(name: string): Reading {
    const slot = this.#slots.get(name);
    if (slot === undefined) throw new Error(`no thread of the name ${name}`);
    return readSlot(slot);
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

/** The watched thread's own end of its slot. */
export class Beat {
  readonly #cells: Int32Array<SharedArrayBuffer>;

  constructor(slot: BeatSlot) {
    this.#cells = cellsOf(slot);
  }

  /** Beats from now on for as long as the loop turns; does not hold the thread alive. */
  start(): void {
    const beat = () => Atomics.add(this.#cells, BEATS, 1);
    beat();
    setInterval(beat, BEAT_MS).unref();
  }

  /** Some work is done. Never leaves the counter at 0, which says that none was. */
  progress(): void {
    if (Atomics.add(this.#cells, PROGRESS, 1) === -1) Atomics.add(this.#cells, PROGRESS, 1);
  }

  /** @returns what it was at before */
  enter(activity: Activity): Activity {
    const before = Atomics.exchange(this.#cells, ACTIVITY, ACTIVITIES.indexOf(activity));
    return ACTIVITIES[before] ?? 'starting';
  }
}

function cellsOf({ buffer, slot }: BeatSlot): Int32Array<SharedArrayBuffer> {
  return new Int32Array(buffer, slot * CELLS * Int32Array.BYTES_PER_ELEMENT, CELLS);
}
