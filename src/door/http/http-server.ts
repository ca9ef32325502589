/**
 * The HTTP or HTTPS server of the operators' port. Before any routing it refuses requests for another host.
 *
 * Bounded (P9): it keeps few connections and none for long, with one request at a time on each. A request, or a TLS handshake, that does not arrive whole
 * within a second is dropped, and the oldest of them earlier if there are many.
 */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { type HttpFault, hostFault } from '../../base/http-source.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { shedOldest } from './shed-oldest.ts';

const CONNECTIONS_MAX = 128;
/** For a request to arrive; Node looks every `CHECK_MS`, so one that does not is gone within a second. */
const REQUEST_MS = 700;
const CHECK_MS = 200;
/** Without a byte either way, as to a client that does not read. */
const SILENT_MS = 5000;
const KEEP_ALIVE_MS = 10_000;

/** Certificates and private key, PEM. */
export interface PemPair {
  readonly cert: string;
  readonly key: string;
}

export interface HttpServerOptions {
  /** By which this server may be called, besides IP addresses and `localhost`. */
  readonly names: readonly string[];
  /** Undefined: plain HTTP. */
  readonly pair: PemPair | undefined;
  /** Answers a request for another host. */
  readonly refuse: (fault: HttpFault, request: IncomingMessage, response: ServerResponse) => void;
}

export function createServer(handler: RequestListener, options: HttpServerOptions): Server {
  const { names, pair, refuse } = options;
  const oneAtATime = new OneAtATime();
  const take: RequestListener = (request, response) => {
    if (!oneAtATime.take(request, response)) return undefined;
    const fault = faultOf(request, names);
    return fault === undefined ? handler(request, response) : refuse(fault, request, response);
  };
  const server =
    pair === undefined
      ? createHttpServer(BOUNDS, take)
      : createHttpsServer({ ...BOUNDS, ...secureOptions(pair) }, take);
  // Node would answer these by itself, all of one packet; RFC 9110 lets a server ignore what it does not know.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.timeout = SILENT_MS;
  shedOldest(server, CONNECTIONS_MAX);
  // Those whose answer is under way count too.
  server.maxConnections = 2 * CONNECTIONS_MAX;
  return server;
}

function faultOf(request: IncomingMessage, names: readonly string[]): HttpFault | undefined {
  const { url: target = '', rawHeaders, httpVersion, headers } = request;
  if (headers.host !== undefined || httpVersion !== '1.1') {
    return hostFault({ target, rawHeaders }, names);
  }
  return { status: 400, message: 'the request has no header Host' };
}

const BOUNDS = {
  requestTimeout: REQUEST_MS,
  headersTimeout: REQUEST_MS,
  connectionsCheckingInterval: CHECK_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  /** Checked here, one at a time: Node would answer all requests of one packet that have none. */
  requireHostHeader: false,
} satisfies ServerOptions;

export function secureOptions(pair: PemPair) {
  return { ...pair, minVersion: 'TLSv1.2', handshakeTimeout: REQUEST_MS } as const;
}
