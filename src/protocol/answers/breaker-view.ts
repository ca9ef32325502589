/** The circuit breaker of a node, as clients see it. */

/** The breaker of one node. */
export interface BreakerView {
  readonly state: 'closed' | 'open' | 'half_open';
  readonly isOpen: boolean;
  /** The time at which it came into this state: ISO 8601. */
  readonly since: string;
  /** Number of openings since the daemon started. */
  readonly openings: number;
  /** An operator opened it, and has to close it. */
  readonly forced?: true;
  /** The cause of the first opening; later failed trial calls do not replace it. */
  readonly cause?: string;
  /** The result of the latest failed call to the node. */
  readonly lastError?: string;
  /** Number of failed trial calls since the first opening; absent: none. */
  readonly trialsFailed?: number;
  /** Of an open breaker that is not forced: the time of the next trial call. ISO 8601. */
  readonly nextTrialAt?: string;
  readonly nextTrialInMs?: number;
}

/** `breaker`: all nodes, or the requested one. */
export interface BreakersAnswer {
  readonly breakers: Readonly<Record<string, BreakerView>>;
}

/** Payload of the event `breaker.NODE`: a breaker changed its state. */
export interface BreakerEvent extends BreakerView {
  readonly node: string;
  readonly from: BreakerView['state'];
}
