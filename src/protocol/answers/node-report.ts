/** What the daemon knows of its calls to a node. */

/** The results of the daemon's calls to one node, since its start. */
export interface NodeReport {
  /** Exchanges begun. */
  readonly calls: number;
  /** Exchanges by result; see docs/protocol.md. */
  readonly answers: Readonly<Record<string, number>>;
  /** The latest answer that was a failure. */
  readonly lastFailure?: string;
  /** Calls that run now, each over a connection of its own. */
  readonly running?: number;
  /** How many may run at once: `connectionsPerNode`; one more of each executor is for rollbacks alone. */
  readonly runningMax?: number;
}

/** How soon a node has answered in the last 10 to 20 s, ms: half of its answers, and 99 of 100. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}
