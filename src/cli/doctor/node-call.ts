/**
 * One GET or HEAD of `lockstep doctor` to a node, in the daemon's own way: by its socket, headers,
 * credentials and certificates. Never repeated, bounded in time and size, with its failure as a
 * value.
 */
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { codeOf } from '../../base/error-fields.ts';
import type { NodeAccess } from '../../node/access/access.ts';
import { present } from '../../node/access/credentials.ts';
import { certificateFault } from '../../node/http/certificate-fault.ts';
import { causeOf, clockAhead, type Outcome, readStart } from './http.ts';

type Fields = ReadonlyMap<string, readonly string[]>;

export interface NodeCall {
  readonly method: 'GET' | 'HEAD';
  /** From the host's root, with the query of the dialect if it has one. */
  readonly path: string;
  /** Of the dialect. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export async function callNode(node: NodeAccess, call: NodeCall): Promise<Outcome> {
  const begun = performance.now();
  const signal = AbortSignal.timeout(call.timeoutMs);
  try {
    const response = await answerTo(requestOf(node, call, signal));
    const tookMs = performance.now() - begun;
    const body = await readStart(response);
    const { statusCode: status = 0 } = response;
    const aheadMs = clockAhead(response.headers.date ?? null, tookMs);
    const fields = new Map(Object.entries(response.headersDistinct)) as Fields;
    return { kind: 'answered', status, body, fields, tookMs, aheadMs };
  } catch (error) {
    const cause: unknown = signal.aborted ? signal.reason : error;
    const fault = certificateFault(codeOf(cause));
    if (fault === undefined) return { kind: 'silent', why: causeOf(cause, call.timeoutMs) };
    const { words, setting } = fault;
    const hint =
      setting === undefined
        ? "Renew the node's certificate."
        : `Correct nodes.${node.name}.${setting}.`;
    return { kind: 'silent', why: words, hint };
  }
}

function requestOf(
  node: NodeAccess,
  { method, path, headers }: NodeCall,
  signal: AbortSignal,
): ClientRequest {
  const presented = present(node, process.env);
  // The configuration was checked just before.
  if ('faults' in presented) throw new Error(`node ${node.name} has lost its credentials`);
  const url = new URL(node.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const { query, secureContext } = presented;
  const options = {
    host,
    port: url.port,
    method,
    path: query === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`,
    headers: { ...headers, ...Object.fromEntries(presented.headers) },
    agent: false,
    signal,
    ...(node.socket === undefined ? {} : { socketPath: node.socket }),
  } as const;
  if (url.protocol === 'http:') return requestHttp(options);
  const serverName = node.tls?.serverName ?? host;
  const servername = isIP(serverName) === 0 ? serverName : '';
  return requestHttps({
    ...options,
    servername,
    ...(secureContext === undefined ? {} : { secureContext }),
  });
}

function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve).on('error', reject).end();
  });
}
