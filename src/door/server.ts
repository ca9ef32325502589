/**
 * The server of the operators' port. `/healthz`, `/readyz` and `/metrics` are open to everybody who may call this host;
 * they answer from what the door itself knows, so they answer while main or the coordinator is busy or hangs, while
 * nodes are down and while the daemon drains. Everything else needs a token (`access/gate.ts`) and is asked of the
 * coordinator.
 *
 * Its bounds (P9) are those of `http/http-server.ts`; a route that takes a body says how large.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import fastify from 'fastify';
import type { Registry } from 'prom-client';
import { BACKLOG } from '../base/backlog.ts';
import type { HttpFault } from '../base/http-source.ts';
import type { Log } from '../observe/log/log-port.ts';
import { hostRefusal, keepGate } from './access/gate.ts';
import { Refusals } from './access/refusals.ts';
import { takeBodies } from './api/body.ts';
import { answerBadUrl, answerFaults } from './api/faults.ts';
import { createServer, type PemPair, secureOptions } from './http/http-server.ts';
import { openMetrics } from './metrics/metrics.ts';
import type { DoorParts, Routes } from './parts.ts';
import { api } from './routes/api.ts';
import { checks } from './routes/checks.ts';
import { events } from './routes/events.ts';
import { history } from './routes/history.ts';
import { metrics } from './routes/metrics.ts';
import { openApi } from './routes/openapi.ts';
import { page } from './routes/page.ts';
import { session } from './routes/session.ts';

/** Of a route that says nothing else; 0 would mean Fastify's default. */
const BODY_BYTES_MAX = 1;

const ROUTES: readonly Routes[] = [checks, metrics, events, api, openApi, history, session, page];

export interface DoorServerOptions extends Omit<DoorParts, 'refusals' | 'registry' | 'isSecure'> {
  readonly host: string;
  readonly port: number;
  /** By which it may be called, besides IP addresses and `localhost`; in lower case. */
  readonly names: readonly string[];
  /** Undefined: plain HTTP. */
  readonly pair?: PemPair | undefined;
  readonly log: Log;
}

export interface DoorServer {
  /** Of `/metrics`. */
  readonly registry: Registry;
  /** Takes another certificate for connections from now on. */
  renew(pair: PemPair): void;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** @throws the error of `listen`, when the port is taken or no address of this machine */
export async function startServer(options: DoorServerOptions): Promise<DoorServer> {
  const { host, port, names, pair, log, clients, callsMax, sessions } = options;
  const refusals = new Refusals(log);
  const refuse = refuseHost(refusals);
  /** `localhost` has one for each of its addresses. */
  const servers: Server[] = [];
  const server = fastify({
    // An id has up to 200 characters.
    routerOptions: { maxParamLength: 2000 },
    bodyLimit: BODY_BYTES_MAX,
    forceCloseConnections: true,
    frameworkErrors: answerBadUrl,
    serverFactory: (handler) => {
      const each = createServer(handler, { names, pair, refuse, callsMax });
      servers.push(each);
      return each;
    },
  });
  keepGate(server, { clients, refusals, sessions });
  takeBodies(server);
  answerFaults(server, log);
  const registry = openMetrics(options.status, {
    refused: () => refusals.counts,
    streams: () => options.events.counts,
  });
  const parts = { ...options, refusals, registry, isSecure: pair !== undefined };
  for (const register of ROUTES) register(server, parts);
  await server.listen({ host, port, backlog: BACKLOG });
  return {
    registry,
    renew: (renewed) => {
      for (const each of servers) {
        (each as SecureServer).setSecureContext(secureOptions(renewed));
      }
    },
    close: () => server.close(),
  };
}

function refuseHost(refusals: Refusals) {
  return (fault: HttpFault, request: IncomingMessage, response: ServerResponse): void => {
    const refusal = hostRefusal(fault);
    refusals.note(refusal, request);
    const body = JSON.stringify(refusal.reply);
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      connection: 'close',
    };
    response.writeHead(refusal.status, headers).end(body);
  };
}
