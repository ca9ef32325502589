/** Options of a client and of its calls. */

export interface ClientOptions {
  /** Default `tcp://127.0.0.1:5570`. */
  readonly endpoint?: string;
  /** Of `subscribe`; default `tcp://127.0.0.1:5571`. */
  readonly eventsEndpoint?: string;
  /** Requests written and not answered; more wait for their place. Default 1024. */
  readonly inFlightMax?: number;
  /** Requests that wait for their place; one more throws `overloaded`. Default 10,000. */
  readonly waitingMax?: number;
}

export interface CallOptions {
  /** Default: the deadline of the command (30,000) and 15,000 more; 30,000 for all other ops. */
  readonly timeoutMs?: number;
  /**
   * Asks again in `timeoutMs` while the daemon says `busy` or `draining`, instead of handing that
   * on: the way to get through its restart. Default false.
   */
  readonly persist?: boolean;
}
