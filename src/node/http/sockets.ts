/** Opens the sockets of a connection to a node: TCP or unix, and TLS over it. */
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import type { Addresses } from './addresses.ts';

interface Opening {
  /** Whose origin counts. */
  readonly url: URL;
  /** Of a unix socket. */
  readonly path: string | undefined;
  /** Known by now. */
  readonly addresses: Addresses;
  readonly timeoutMs: number;
}

/** TLS settings of a connection, beside Node's defaults. */
export interface TlsTerms {
  /** The name in the node's certificate, where it is not the URL's host. */
  readonly serverName?: string | undefined;
  readonly secureContext?: SecureContext | undefined;
}

/**
 * All connections of a thread read into one buffer: the bytes become a string before the next read begins. As large as
 * Node's own buffer.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

/** Node takes no less for one address. */
const ATTEMPT_MS_MIN = 10;

/** @param receive is given each piece as it is read, of a connection without TLS */
export function openSocket(
  { url, path, addresses, timeoutMs }: Opening,
  receive: (piece: string) => void,
): Socket {
  const isSecure = url.protocol === 'https:';
  const port = Number(url.port || (isSecure ? 443 : 80));
  const callback = (length: number) => {
    receive(READ_BUFFER.toString('latin1', 0, length));
    return true;
  };
  const onread = isSecure ? {} : { onread: { buffer: READ_BUFFER, callback } };
  if (path !== undefined) return connect({ path, ...onread });
  const { host, current: known = [] } = addresses;
  const lookup: LookupFunction = (_host, _options, done) =>
    queueMicrotask(() => done(null, [...known]));
  const socket = connect({
    host,
    port,
    lookup,
    // One after the other, in equal shares: Node's default of 250 ms is less than some round trips.
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: attemptMs(timeoutMs, known.length),
    ...onread,
  });
  return socket.setNoDelay(true);
}

/**
 * TLS over a connected socket that stays ours. A TLS socket that opens its own cannot be reset, and its encrypted bytes
 * would be delivered when the network is back.
 */
export function secure(
  socket: Socket,
  { host, secureContext }: Omit<TlsTerms, 'serverName'> & { readonly host: string },
  receive: (piece: string) => void,
): Socket {
  const servername = isIP(host) === 0 ? host : '';
  const own = secureContext === undefined ? {} : { secureContext };
  const stream = connectTls({ socket, host, servername, ALPNProtocols: ['http/1.1'], ...own });
  return stream.on('data', (piece) => receive(piece.toString('latin1')));
}

/** Each address has an equal share of the time. */
function attemptMs(timeoutMs: number, count: number): number {
  return Math.max(ATTEMPT_MS_MIN, Math.floor(timeoutMs / count));
}
