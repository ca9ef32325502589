/** The data that telemetry gets about the daemon: its state, and the cause of its end. */

import type { LatestFigures } from '../door/latest-figures.ts';
import { whyLost } from '../lifecycle/shutdown.ts';
import type { Loss, Threads } from '../lifecycle/threads.ts';
import type { Vitals } from '../observe/cronitor.ts';
import type { Fatality } from '../observe/telemetry.ts';

/** A failure outside of the program is not reported as a bug. */
export function fatalityOf(loss: Loss): Fatality {
  const { thread } = loss;
  const reason = whyLost(loss);
  if (loss.kind === 'failed') return { thread, reason };
  return { thread, reason, error: loss.kind === 'crashed' ? loss.error : new Error(reason) };
}

export function vitalsOf({ expected, missing }: Threads, { seen }: LatestFigures): Vitals {
  const { summary, errors } = seen?.latest ?? {};
  const sum = (counts: Readonly<Record<string, number>> = {}) =>
    Object.values(counts).reduce((total, count) => total + count, 0);
  return {
    threads: expected.length - missing.length,
    missing,
    commands: sum(summary?.settled),
    errors: sum(errors),
    stuck: summary?.stuck ?? 0,
  };
}
