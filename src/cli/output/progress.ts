/**
 * How far long work has come, on a line of stderr that a person looks at; nothing otherwise.
 *
 * The line is written over and over, cut to the width of the terminal. Nothing of the terminal is
 * changed for it (no hidden cursor, no wrapping switched off), so it is whole however this ends.
 */
import { durationText } from '../input/duration.ts';
import type { Terminal } from './terminal.ts';

/** How often it is written: at most, and with nothing new but the time. */
const DRAW_MS = 100;
const CLOCK_MS = 1000;
/** What takes no longer needs no sign of life. */
const SILENT_MS = 1000;
const BAR_CELLS = 30;

export interface Progress {
  update(done: number, failed: number): void;
  /** The line stays as it is; what is written next goes below. */
  stop(): void;
}

/** `total` undefined: a count that grows. */
export function showProgress(
  terminal: Terminal,
  {
    title,
    total,
    failing = 'failed',
  }: {
    readonly title: string;
    readonly total: number | undefined;
    /** What is said of those that failed. */
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
  // Where nobody knows how much there is, there may be nothing.
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

/** A sign of life while an answer is waited for; gone once it is there. */
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
