/**
 * How long a thread has given no sign of life, as one watcher sees it. Pure: time is an argument.
 *
 * Silence is counted in the watcher's own checks, each for no more than its planned time. So after
 * a stopped process, a sleeping machine, or a delay of the watcher itself, every thread is as alive
 * as before: unwatched time is not silence.
 */
import type { Reading } from './beats.ts';

export interface Pulse {
  readonly reading: Reading;
  /** Without a beat. */
  readonly silentMs: number;
  /** Without progress, after some progress before. */
  readonly idleMs: number;
}

export interface HangTimeouts {
  /** A loop hangs if it does not turn, or makes no progress, for longer than this. */
  readonly hangAfterMs: number;
  /** The same for a thread that starts: a new version may have to read all of a journal once. */
  readonly startMs: number;
  /** The same for a thread inside the journal: a disk may be slow without anything hanging. */
  readonly journalMs: number;
}

/** The limits that no setting changes. */
export const HANG_TIMEOUTS = { startMs: 60_000, journalMs: 20_000 } as const;

export type Trouble = 'hung' | 'stalled';

export function firstPulse(reading: Reading): Pulse {
  return { reading, silentMs: 0, idleMs: 0 };
}

/**
 * @param elapsedMs since the look before, of a monotonic clock
 * @param lookMs the planned time between two checks
 */
export function nextPulse(
  before: Pulse,
  reading: Reading,
  { elapsedMs, lookMs }: { readonly elapsedMs: number; readonly lookMs: number },
): Pulse {
  const stepMs = Math.min(elapsedMs, lookMs);
  const beaten = reading.beats !== before.reading.beats;
  const moved = reading.progress === 0 || reading.progress !== before.reading.progress;
  return {
    reading,
    silentMs: beaten ? 0 : before.silentMs + stepMs,
    idleMs: moved ? 0 : before.idleMs + stepMs,
  };
}

export function troubleOf(pulse: Pulse, hangTimeouts: HangTimeouts): Trouble | undefined {
  const limitMs = limitOf(pulse.reading, hangTimeouts);
  if (pulse.silentMs >= limitMs) return 'hung';
  // A thread that was ordered to end has no more work to do.
  if (pulse.reading.activity === 'stopping') return undefined;
  return pulse.idleMs >= limitMs ? 'stalled' : undefined;
}

function limitOf({ activity }: Reading, { hangAfterMs, startMs, journalMs }: HangTimeouts): number {
  if (activity === 'journal') return Math.max(journalMs, hangAfterMs);
  return activity === 'starting' ? Math.max(startMs, hangAfterMs) : hangAfterMs;
}
