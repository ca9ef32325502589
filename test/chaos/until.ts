/** Waiting for a condition, and for time, in a program that may be told to stop. */
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 100;

/** @throws Error after `timeoutMs`, that `what` did not come about */
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

/** False if it was ended early. */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
