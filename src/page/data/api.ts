/** Calls of the page to its own server. Outcomes are values: a call that fails has a fault, which is shown (P10). */
import type { ErrorCode, ErrorReply } from '../../protocol/errors.ts';

/** The server gives up its own question after ten seconds. */
const CALL_MS_MAX = 12_000;
/** The same where it asks the nodes: after 130 seconds. */
const SLOW_MS_MAX = 135_000;
const SLOW = new Set(['GET /v1/stats', 'POST /v1/acts']);

/** How long the page waits for an answer, ms. It is longer than the server does, whose reason is then shown. */
export function timeLimitOf(method: string, path: string): number {
  const [name = ''] = path.split('?', 1);
  return SLOW.has(`${method} ${name}`) ? SLOW_MS_MAX : CALL_MS_MAX;
}

export interface Fault {
  /** `unreachable`: there was no answer; `logged_out`: the session has ended; `refused`: the daemon said no. */
  readonly kind: 'unreachable' | 'logged_out' | 'refused';
  readonly message: string;
  readonly hint?: string;
  /** The error of a daemon that said no. */
  readonly code?: ErrorCode;
  /** Of the request, that is wrong. */
  readonly field?: string;
}

export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly fault: Fault };

/** @param path with its query, on this server */
export function read<Value>(path: string): Promise<Outcome<Value>> {
  return call<Value>(path, { method: 'GET' });
}

/** As the protocol has it. */
type OperatorRequest = { readonly op: string } & Readonly<Record<string, unknown>>;

/** An act, or its dry run. @param stop ends the wait for the answer */
export function act<Value>(request: OperatorRequest, stop?: AbortSignal): Promise<Outcome<Value>> {
  return post<Value>('/v1/acts', request, stop);
}

export function post<Value>(
  path: string,
  value: unknown,
  stop?: AbortSignal,
): Promise<Outcome<Value>> {
  const headers = { 'content-type': 'application/json' };
  return call<Value>(path, { method: 'POST', headers, body: JSON.stringify(value) }, stop);
}

export function remove(path: string): Promise<Outcome<undefined>> {
  return call<undefined>(path, { method: 'DELETE' });
}

async function call<Value>(
  path: string,
  request: RequestInit & { readonly method: string },
  stop?: AbortSignal,
): Promise<Outcome<Value>> {
  let response: Response;
  let text: string;
  try {
    const timeout = AbortSignal.timeout(timeLimitOf(request.method, path));
    const signal = stop === undefined ? timeout : AbortSignal.any([timeout, stop]);
    response = await fetch(path, { ...request, cache: 'no-store', redirect: 'error', signal });
    text = await response.text();
  } catch (error) {
    const isLate = error instanceof DOMException && error.name === 'TimeoutError';
    const message = isLate ? 'lockstep did not answer in time' : 'lockstep cannot be reached';
    return { ok: false, fault: { kind: 'unreachable', message } };
  }
  const value = parse(text);
  if (response.ok && !isErrorReply(value)) return { ok: true, value: value as Value };
  return { ok: false, fault: faultOf(response.status, value) };
}

function faultOf(status: number, value: unknown): Fault {
  const kind = status === 401 ? 'logged_out' : 'refused';
  if (!isErrorReply(value)) return { kind, message: `the server answered with status ${status}` };
  const { message, hint, code, field } = value.error;
  return { kind, message, hint, code, ...(field === undefined ? {} : { field }) };
}

function isErrorReply(value: unknown): value is ErrorReply {
  if (typeof value !== 'object' || value === null || !('error' in value)) return false;
  return typeof value.error === 'object';
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The same outcome, with its value in words. */
export function described<Value>(
  outcome: Outcome<Value>,
  describe: (value: Value) => string,
): Outcome<string> {
  return outcome.ok ? { ok: true, value: describe(outcome.value) } : outcome;
}
