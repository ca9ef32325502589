/** The state of the daemon as the door knows it, without a question to other threads. */
import type { MainStatus } from '../lifecycle/control.ts';
import type { ThreadStatus } from '../lifecycle/lookout.ts';
import { type Accepting, acceptingOf } from '../protocol/accepting.ts';
import type { Figures } from '../protocol/figures.ts';

export interface DaemonStatus extends MainStatus {
  readonly version: string;
  /** Every expected thread. */
  readonly threads: readonly ThreadStatus[];
  /** The coordinator's latest figures; undefined until it has sent any. */
  readonly figures: { readonly latest: Figures; readonly ageMs: number } | undefined;
}

/** By main's word, and by the latest figures of the coordinator. */
export function acceptance({ phase, disk, isJournalAway, figures }: DaemonStatus): Accepting {
  const refusal = figures?.latest.summary.refusal;
  return acceptingOf({
    ...(refusal === undefined ? {} : { [refusal.reason]: refusal }),
    ...(phase === 'starting' ? { starting: { message: 'the daemon is starting' } } : {}),
    ...(phase === 'stopping' ? { draining: { message: 'the daemon is stopping' } } : {}),
    ...(isJournalAway
      ? { journal: { message: 'the database of the journal does not answer' } }
      : {}),
    ...(disk.isFull ? { disk: { message: "the journal's disk is nearly full" } } : {}),
  });
}
