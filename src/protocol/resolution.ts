/** The current addresses of a host name of nodes, as main sends them to the threads that call nodes. */

/** As `dns.lookup` gives it. */
export interface Address {
  readonly address: string;
  readonly family: number;
}

export type Resolution =
  | { readonly host: string; readonly addresses: readonly Address[] }
  /** The reason why there is no answer, and whether this machine is at fault: see `Loss`. */
  | {
      readonly host: string;
      readonly failure: { readonly detail: string; readonly isOurs: boolean };
    };
