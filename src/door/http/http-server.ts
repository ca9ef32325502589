/**
 * The HTTP or HTTPS server of the operators' port. Before any routing it refuses requests for another host.
 *
 * Bounded (P9): it keeps few connections and none for long, with one request at a time on each. The head of a request,
 * or a TLS handshake, that does not arrive whole within a second is dropped, and the oldest of them earlier if there are
 * many. A body has ten seconds.
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

/** Connections without a request under way: half as many as calls, at least so many. */
const IDLE_MIN = 128;
/** For the head of a request to arrive; Node looks every `CHECK_MS`, so one that does not is gone within a second. */
const REQUEST_MS = 700;
/** For a request to arrive with its body. */
const BODY_MS = 10_000;
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
  /** Requests that may wait for the coordinator at once. */
  readonly callsMax: number;
  /** Answers a request for another host. */
  readonly refuse: (fault: HttpFault, request: IncomingMessage, response: ServerResponse) => void;
}

export function createServer(handler: RequestListener, options: HttpServerOptions): Server {
  const { names, pair, refuse, callsMax } = options;
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
  const idleMax = Math.max(IDLE_MIN, callsMax / 2);
  shedOldest(server, idleMax);
  // Those whose answer is under way count too: calls, and requests that the door answers by itself.
  server.maxConnections = callsMax + idleMax + IDLE_MIN;
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
  requestTimeout: BODY_MS,
  headersTimeout: REQUEST_MS,
  connectionsCheckingInterval: CHECK_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  /** Checked here, one at a time: Node would answer all requests of one packet that have none. */
  requireHostHeader: false,
} satisfies ServerOptions;

export function secureOptions(pair: PemPair) {
  return { ...pair, minVersion: 'TLSv1.2', handshakeTimeout: REQUEST_MS } as const;
}
