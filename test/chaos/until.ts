/** Waits for a condition, or for time, in a program that may be ordered to stop. */
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 100;

/** @throws Error after `timeoutMs`, with `what` as the missing condition */
export async function until(
  what: string,
  look: () => boolean | Promise<boolean>,
  timeoutMs: number,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await look())) {
    if (performance.now() > end) throw new Error(`${what} took longer than ${timeoutMs} ms`);
    await sleep(LOOK_MS);
  }
}

/** False if the wait ended early. */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
