/**
 * The watchdog: the thread that watches main, which watches all others (P8). It reads main's beat.
 * When main hangs, it reports that and kills the process, because without main no thread can end in
 * order. Work under way is in the journal, and the supervisor restarts the process.
 *
 * It owns nothing and does nothing else. The nanny watches it like any other thread.
 */
import { write } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { type BeatSlot, readSlot } from '../beats.ts';
import type { ThreadData } from '../control.ts';
import { firstPulse, type HangTimeouts, nextPulse, troubleOf } from '../pulse.ts';
import { runThread } from '../thread-shell.ts';

export interface WatchdogData extends ThreadData {
  readonly main: BeatSlot;
  readonly hangTimeouts: HangTimeouts;
}

const LOOK_MS = 250;
/** Time for the last line: possibly no program reads stderr. */
const WRITE_MS_MAX = 200;
const STDERR = 2;

runThread(async ({ beat }) => {
  const { main, hangTimeouts, name } = workerData as WatchdogData;
  let lookedAt = performance.now();
  let pulse = firstPulse(readSlot(main));
  const look = () => {
    const at = performance.now();
    pulse = nextPulse(pulse, readSlot(main), { elapsedMs: at - lookedAt, lookMs: LOOK_MS });
    lookedAt = at;
    beat.progress();
    if (troubleOf(pulse, hangTimeouts) === undefined) return;
    clearInterval(timer);
    kill(`thread main hangs for ${Math.round(pulse.silentMs)} ms: ${name} kills the process`);
  };
  const timer = setInterval(look, LOOK_MS);
  return { onControl: () => {}, stop: async () => clearInterval(timer) };
});

/** Main's log cannot be reached, so the line goes directly to stderr. */
function kill(why: string): void {
  const end = () => process.kill(process.pid, 'SIGKILL');
  write(STDERR, `${new Date().toISOString()} lockstepd watchdog error ${why}\n`, end);
  setTimeout(end, WRITE_MS_MAX);
}
