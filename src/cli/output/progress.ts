/**
 * The progress of long work, on a line of stderr at a terminal; nothing elsewhere.
 *
 * The line is overwritten again and again, cut to the width of the terminal. It changes no state of
 * the terminal (no hidden cursor, no disabled wrapping), so the terminal is intact however this
 * ends.
 */
import { durationText } from '../../base/time/duration-text.ts';
import type { Terminal } from './terminal.ts';

/** Interval of writing: the shortest one, and the one when only the time has changed. */
const DRAW_MS = 100;
const CLOCK_MS = 1000;
/** Shorter work shows no progress. */
const SILENT_MS = 1000;
const BAR_CELLS = 30;

export interface Progress {
  update(done: number, failed: number): void;
  /** The line stays; the next output goes below it. */
  stop(): void;
}

/** `total` undefined: a growing count. */
export function showProgress(
  terminal: Terminal,
  {
    title,
    total,
    failing = 'failed',
  }: {
    readonly title: string;
    readonly total: number | undefined;
    /** The word for failed items. */
    readonly failing?: string;
  },
): Progress {
  const begun = performance.now();
  let [done, failed, drawnAt, isStopped] = [0, 0, Number.NEGATIVE_INFINITY, false];
  const draw = (): void => {
    drawnAt = performance.now();
    const counts = total === undefined ? String(done) : `${done}/${total}`;
    const time = durationText(Math.round(drawnAt - begun));
    const bar = total === undefined ? title : `${title} ${barOf(done, total)} ·`;
    terminal.showLive(`${bar} ${counts} · ${failed} ${failing} · ${time}`);
  };
  const clock = setInterval(draw, CLOCK_MS).unref();
  // An unknown number of items may turn out to be zero.
  if (total !== undefined) draw();
  return {
    update(nowDone, nowFailed) {
      [done, failed] = [nowDone, nowFailed];
      if (performance.now() - drawnAt >= DRAW_MS) draw();
    },
    stop: () => {
      clearInterval(clock);
      if (isStopped) return;
      isStopped = true;
      if (total !== undefined || done > 0) draw();
      terminal.keepLive();
    },
  };
}

/** Shows that the call still waits for an answer; gone once the answer is there. */
export async function whileWaiting<T>(
  terminal: Terminal,
  title: string,
  answer: Promise<T>,
): Promise<T> {
  const begun = performance.now();
  const clock = setInterval(() => {
    const waitedMs = Math.round(performance.now() - begun);
    terminal.showLive(`${title} · ${durationText(waitedMs)}`);
  }, SILENT_MS);
  try {
    return await answer;
  } finally {
    clearInterval(clock);
    terminal.clearLive();
  }
}

function barOf(done: number, total: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const full = Math.floor(share * BAR_CELLS);
  const bar = '█'.repeat(full) + '░'.repeat(BAR_CELLS - full);
  return `[${bar}] ${Math.floor(share * 100)}%`;
}
