/** Options of a client and of its calls. */
import type { TokenSource } from './authenticator.ts';

export interface ClientOptions {
  /**
   * The address of the daemon, default `tcp://127.0.0.1:5570`; or several, as a list or with commas between them. The
   * client uses the first that answers. It goes to the next one, and asks there by the same ids, when a daemon does not
   * answer, stops, or says that it is stopping. So all of them must lead to the same journal: a daemon with
   * another one than the first that answered is refused (`other_journal`), because it would execute a command twice.
   */
  readonly endpoint?: string | readonly string[];
  /** The address of `subscribe`, default `tcp://127.0.0.1:5571`; or several, tried in turn. */
  readonly eventsEndpoint?: string | readonly string[];
  /**
   * The secret of this client, where the daemon asks for one (`lockstep keys add` makes it). A function is called for
   * each attempt; an error that it throws fails the call.
   */
  readonly token?: TokenSource;
  /**
   * The key file of this client (`lockstep keys add`): its key for CURVE, the public key of the daemon, and its token,
   * unless `token` is given.
   * Other users must not be able to read it.
   */
  readonly keyFile?: string;
  /** In place of `keyFile`, with `curve`: the public key of the daemon, in Z85. */
  readonly serverKey?: string;
  /** The key pair of this client, in Z85. */
  readonly curve?: { readonly publicKey: string; readonly secretKey: string };
  /** Largest number of sent requests without an answer; further ones wait. Default 1024. */
  readonly inFlightMax?: number;
  /** Largest number of waiting requests; one more throws `overloaded`. Default 10,000. */
  readonly waitingMax?: number;
}

export interface CallOptions {
  /** Default: the deadline of the command (30,000) plus 15,000; 30,000 for all other ops. */
  readonly timeoutMs?: number;
  /**
   * Sends a request again within `timeoutMs` while the daemon answers `busy` or `draining`, instead
   * of returning that: so a call survives a restart of the daemon. Default false.
   */
  readonly persist?: boolean;
}
