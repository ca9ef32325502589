/** The limits of a node, as a dialect or a node of the configuration file may set them. */
import { z } from 'zod';
import { ANSWER_BYTES_MAX, type NodeLimits } from '../../node/access/limits.ts';
import type { Limits } from '../../node/dialect/dialect.ts';
import { strict } from '../settings/strict-object.ts';

const ANSWER_BYTES_MOST = 16 * 1024 * 1024;
const TIMEOUT_MAX_MS = 28_000;
export const CONNECTIONS_MAX = 10_000;

/** A lost SYN is sent again after one second: this allows for one. */
const CONNECT_TIMEOUT_MS = 2000;
/** Share of the request timeout. A slower call is almost lost. */
const SLOW_SHARE = 0.8;

const timeout = z.int().min(1).max(TIMEOUT_MAX_MS).optional();

export const limitsOf = strict({
  answerBytes: z.int().min(1024).max(ANSWER_BYTES_MOST).optional(),
  connectionsPerNode: z.int().min(1).max(CONNECTIONS_MAX).optional(),
  requestTimeoutMs: timeout,
  connectTimeoutMs: timeout,
}).transform(
  (limits): Limits =>
    // A limit that is left out is absent, so that limits are the same before and after JSON.
    Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined)),
);

/** Of all nodes: each may be left out, and is then derived. */
interface General {
  readonly connectionsPerNode: number;
  readonly requestTimeoutMs: number;
  readonly connectTimeoutMs?: number | undefined;
  readonly breakerSlowMs?: number | undefined;
}

/** The strongest limits last. */
export function resolveLimits(
  general: General,
  ...own: readonly (Limits | undefined)[]
): NodeLimits {
  const given: General & Limits = Object.assign({}, general, ...own);
  const { requestTimeoutMs } = given;
  return {
    answerBytes: given.answerBytes ?? ANSWER_BYTES_MAX,
    connectionsPerNode: given.connectionsPerNode,
    requestTimeoutMs,
    connectTimeoutMs: given.connectTimeoutMs ?? Math.min(CONNECT_TIMEOUT_MS, requestTimeoutMs),
    breakerSlowMs: given.breakerSlowMs ?? Math.ceil(requestTimeoutMs * SLOW_SHARE),
  };
}
