/** What a name of nodes stands for now, as main tells it to the threads that call nodes. */

/** As `dns.lookup` gives it. */
export interface Address {
  readonly address: string;
  readonly family: number;
}

export type Resolution =
  | { readonly host: string; readonly addresses: readonly Address[] }
  /** Why there is no answer, and whether this machine is to blame for that: see `Loss`. */
  | {
      readonly host: string;
      readonly failure: { readonly detail: string; readonly isOurs: boolean };
    };
