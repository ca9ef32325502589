/** The state of a connection to the daemon, by the events of its ZeroMQ socket, and why no answer came over it. */

/**
 * `refused`: no program answers. `foreign`: the program there speaks no ZeroMQ. `up`: a daemon is there. All others:
 * it ended the handshake. Of these ZeroMQ tries only `shut` again by itself.
 */
export type Link = 'refused' | 'foreign' | 'up' | KeyFault;

type KeyFault = 'key_needed' | 'key_unused' | 'key_unknown' | 'shut';

const REASONS: Readonly<Record<Link, string>> = {
  refused: 'connection refused, or the host is unreachable',
  foreign: 'the program that listens there does not speak ZeroMQ',
  up: 'connected, but no answer came',
  key_needed: 'the daemon accepts only clients with a key, and this client has none',
  key_unused: 'the daemon uses no keys (CURVE is off), and this client has one',
  key_unknown:
    "the daemon refused this client's key: it is not in its list of clients, or its role does not allow this",
  shut: "the handshake was ended: serverKey is not this daemon's public key, or it has no room for more clients",
};

/** The error of a call that got no answer. */
export function silenceOver(link: Link) {
  const reason = REASONS[link];
  if (link === 'up') return { code: 'no_answer', reason } as const;
  const isAway = link === 'refused' || link === 'foreign';
  return { code: isAway ? 'unreachable' : 'unauthorised', reason } as const;
}

/** Events of ZeroMQ's monitor that end a handshake. */
export const HANDSHAKE_FAILURES = [
  'handshake:error:protocol',
  'handshake:error:auth',
  'handshake:error:other',
] as const;

const MECHANISM_MISMATCH = 'ERR_ZMTP_MECHANISM_MISMATCH';

export interface HandshakeFailure {
  readonly type: (typeof HANDSHAKE_FAILURES)[number];
  readonly error: object;
}

/**
 * A handshake that ends without a word tells nothing new: of two programs that do not agree on keys the first to
 * notice closes the connection, and the other may not have read why (libzmq 4.3.5: about every second time).
 */
export function linkAfter(
  { type, error }: HandshakeFailure,
  { isCurve, before }: { readonly isCurve: boolean; readonly before: Link },
): Link {
  if (type === 'handshake:error:auth') return 'key_unknown';
  if ('code' in error && error.code === MECHANISM_MISMATCH) {
    return isCurve ? 'key_unused' : 'key_needed';
  }
  if (type === 'handshake:error:other' && isKeyFault(before)) return before;
  return isCurve && type === 'handshake:error:other' ? 'shut' : 'foreign';
}

function isKeyFault(link: Link): boolean {
  return link === 'key_needed' || link === 'key_unused' || link === 'key_unknown';
}
