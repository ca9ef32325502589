/** A wait that a signal ends early. */
import { setTimeout as wait } from 'node:timers/promises';

export async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
