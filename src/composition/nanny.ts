/** The nanny over the threads of the daemon, as the settings have it. */
import type { Settings } from '../config/schema.ts';
import { explainHang } from '../lifecycle/hung-stack.ts';
import { Nanny } from '../lifecycle/nanny.ts';
import { HANG_TIMEOUTS, type HangTimeouts } from '../lifecycle/pulse.ts';
import type { Threads } from '../lifecycle/threads.ts';

/** @param isWaiting the daemon waits for the database of its journal */
export function startNanny(
  threads: Threads,
  { hangAfterMs }: Settings,
  isWaiting: () => boolean,
): HangTimeouts {
  const hangTimeouts = { ...HANG_TIMEOUTS, hangAfterMs };
  const nanny = new Nanny({
    watched: threads,
    isWaiting,
    hangTimeouts,
    onHang: (hang) => void explainHang(hang).then((explained) => threads.lose(explained)),
    now: () => performance.now(),
  });
  nanny.start();
  return hangTimeouts;
}
