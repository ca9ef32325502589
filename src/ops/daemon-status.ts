/**
 * The state of the daemon as main knows it, without a question to other threads: the source of the
 * operators' port. The composition root builds it.
 */
import { type Accepting, acceptingOf } from '../protocol/accepting.ts';
import type { Figures } from '../protocol/figures.ts';

export interface ThreadStatus {
  readonly name: string;
  /** Neither crashed nor hung. */
  readonly alive: boolean;
  readonly activity: string;
  /** Time since its event loop ran last, in ms. */
  readonly silentMs: number;
  /** The share of time in which its event loop was busy at the latest check, 0 to 1. */
  readonly utilization: number;
}

export interface DiskStatus {
  /** Undefined: not read yet, or it cannot be read. */
  readonly freeBytes: number | undefined;
  readonly freeMinBytes: number;
  readonly isFull: boolean;
}

export interface DaemonStatus {
  readonly version: string;
  readonly phase: 'starting' | 'running' | 'stopping';
  /** Every expected thread. */
  readonly threads: readonly ThreadStatus[];
  /** The coordinator's latest figures; undefined until it has sent any. */
  readonly figures: { readonly latest: Figures; readonly ageMs: number } | undefined;
  readonly disk: DiskStatus;
  /** Whether pm2 is alive to restart it; undefined: it was started without pm2. */
  readonly supervised: boolean | undefined;
}

export function phaseOf(isStopping: boolean, isReady: boolean): DaemonStatus['phase'] {
  if (isStopping) return 'stopping';
  return isReady ? 'running' : 'starting';
}

/** As main knows it, and by the latest figures of the coordinator. */
export function acceptance({ phase, disk, figures }: DaemonStatus): Accepting {
  const refusal = figures?.latest.summary.refusal;
  return acceptingOf({
    ...(refusal === undefined ? {} : { [refusal.reason]: refusal }),
    ...(phase === 'starting' ? { starting: { message: 'the daemon is starting' } } : {}),
    ...(phase === 'stopping' ? { draining: { message: 'the daemon is stopping' } } : {}),
    ...(disk.isFull ? { disk: { message: "the journal's disk is nearly full" } } : {}),
  });
}
