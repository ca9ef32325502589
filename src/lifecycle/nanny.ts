/**
 * The nanny (P8): in main, checks every thread's signs of life twice a second and reports the
 * thread that is lost. shutdown.ts has the one rule that follows: the process ends in order.
 *
 * It asks the watched threads nothing: beats are shared memory, and the utilisation of their event
 * loops is read from outside. That is possible in main alone, so it notes what it reads for the
 * operators' port (`lookout.ts`). The watchdog watches the nanny's own thread.
 */
import type { EventLoopUtilization } from 'node:perf_hooks';
import type { Reading } from './beats.ts';
import { firstPulse, type HangTimeouts, nextPulse, type Pulse, troubleOf } from './pulse.ts';
import type { Hang } from './threads.ts';

const LOOK_MS = 500;
/** A loop that turns is never silent for that long. */
const SILENT_MS = 2 * LOOK_MS;

/** What the nanny needs of the threads. */
export interface Watched {
  /** Every thread that should be running now, main included. */
  readonly expected: readonly string[];
  /** Of those, the ones that are lost. */
  readonly missing: readonly string[];
  /** Threads that were ordered to end and still run: they may hang as well. */
  readonly lingering: readonly string[];
  reading(name: string): Reading;
  /** Since the thread began; undefined when it is gone. */
  utilization(name: string): EventLoopUtilization | undefined;
  /** @param load the share of the time since the last check in which its loop was busy, 0 to 1 */
  noteLoad(name: string, load: number): void;
}

export interface NannyOptions {
  readonly watched: Watched;
  readonly hangTimeouts: HangTimeouts;
  readonly onHang: (hang: Hang) => void;
  /** The whole daemon waits for something outside of it: an idle thread is not suspicious. Absent: it never does. */
  readonly isWaiting?: () => boolean;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

interface Known {
  pulse: Pulse;
  utilization: EventLoopUtilization | undefined;
  busy: number;
}

export class Nanny {
  readonly #options: NannyOptions;
  readonly #known = new Map<string, Known>();
  readonly #reported = new Set<string>();
  #lookedAt: number;

  constructor(options: NannyOptions) {
    this.#options = options;
    this.#lookedAt = options.now();
  }

  start(): void {
    setInterval(() => this.look(), LOOK_MS).unref();
  }

  look(): void {
    const { watched, now, isWaiting } = this.#options;
    const at = now();
    const elapsedMs = at - this.#lookedAt;
    this.#lookedAt = at;
    const names = new Set([...watched.expected, ...watched.lingering]);
    const hangs = [...names].flatMap((name) => this.#lookAt(name, elapsedMs));
    const isHeldUp = isWaiting?.() === true || [...names].some((name) => this.#holdsUp(name));
    if (isHeldUp) this.#forgetIdleness();
    for (const hang of hangs) if (hang.kind === 'hung' || !isHeldUp) this.#report(hang);
  }

  /**
   * A thread that is silent (even one already reported lost) or still starting can block other
   * threads.
   */
  #holdsUp(name: string): boolean {
    const isStarting = this.#known.get(name)?.pulse.reading.activity === 'starting';
    return isStarting || this.#silentMs(name) > SILENT_MS;
  }

  /** Meanwhile an idle thread is not suspicious; afterwards its silence counts from zero. */
  #forgetIdleness(): void {
    for (const known of this.#known.values()) known.pulse = { ...known.pulse, idleMs: 0 };
  }

  #silentMs(name: string): number {
    return this.#known.get(name)?.pulse.silentMs ?? 0;
  }

  #lookAt(name: string, elapsedMs: number): readonly Hang[] {
    const { watched, hangTimeouts } = this.#options;
    const reading = watched.reading(name);
    const known = this.#known.get(name) ?? newcomer(reading);
    this.#known.set(name, known);
    known.pulse = nextPulse(known.pulse, reading, { elapsedMs, lookMs: LOOK_MS });
    this.#measure(name, known);
    const trouble = troubleOf(known.pulse, hangTimeouts);
    if (trouble === undefined) return [];
    const { silentMs, idleMs } = known.pulse;
    return [
      {
        kind: trouble,
        thread: name,
        forMs: Math.round(trouble === 'hung' ? silentMs : idleMs),
        activity: reading.activity,
        utilization: known.busy,
      },
    ];
  }

  #measure(name: string, known: Known): void {
    const current = this.#options.watched.utilization(name);
    if (current === undefined) return;
    const { utilization: before } = known;
    const active = current.active - (before?.active ?? 0);
    const idle = current.idle - (before?.idle ?? 0);
    known.busy = active + idle > 0 ? active / (active + idle) : 0;
    known.utilization = current;
    this.#options.watched.noteLoad(name, known.busy);
  }

  #report(hang: Hang): void {
    const { watched, onHang } = this.#options;
    if (this.#reported.has(hang.thread) || watched.missing.includes(hang.thread)) return;
    this.#reported.add(hang.thread);
    onHang(hang);
  }
}

function newcomer(reading: Reading): Known {
  return { pulse: firstPulse(reading), utilization: undefined, busy: 0 };
}
