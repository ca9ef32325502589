/** What the door for HTTP and the coordinator say to each other: plain JSON, over a line of their own. */
import type { Principal } from '../clients/principal.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import type { Figures } from '../protocol/figures.ts';
import type { OperationName } from '../protocol/request.ts';

/** Who asks, as the door has found. */
export interface Caller {
  /** Callers are served in turn. */
  readonly client: string;
  readonly principal: Principal;
}

/**
 * The request of a client of HTTP. The door has found the sender; everything else about it is judged by the code that
 * judges the requests of ZeroMQ.
 */
export interface Call {
  /** Identifies the answer. */
  readonly ticket: number;
  /** The request as JSON, not checked yet. */
  readonly text: string;
  readonly caller: Caller;
  /** The operations of this path. */
  readonly ops: readonly OperationName[];
  /** `Idempotency-Key`: the id of the command. */
  readonly key?: string;
  /** The answer may wait for the end of the command, until `stop`; else only until the command is durable. */
  readonly waits?: true;
}

export interface CallReply {
  readonly ticket: number;
  /** The answer as JSON. */
  readonly text: string;
  /** Of an error. */
  readonly code?: ErrorCode;
  readonly retryAfterMs?: number;
  /** A command of the answer is open. */
  readonly isOpen?: true;
  /** The command that the answer is about, if it is one. */
  readonly id?: string;
}

export type ToCoordinator =
  /** Events of these topics, or that begin so, are wanted from now on, and no others. */
  | { readonly kind: 'listen'; readonly topics: readonly string[] }
  | ({ readonly kind: 'call' } & Call)
  /** The client of the call with this ticket has waited long enough, or is gone. */
  | { readonly kind: 'stop'; readonly ticket: number };

export interface EventMessage {
  readonly kind: 'event';
  readonly topic: string;
  /** JSON, as on the events socket. */
  readonly text: string;
  /** Events before this one that were dropped, because the door did not keep up; absent: none. */
  readonly missed?: number;
}

export type ToDoor =
  /** The coordinator takes calls from now on. */
  | { readonly kind: 'open' }
  /** The latest `listen` counts from here on. */
  | { readonly kind: 'listening' }
  | EventMessage
  | ({ readonly kind: 'reply' } & CallReply)
  /** The state of the coordinator, about once a second. */
  | { readonly kind: 'figures'; readonly figures: Figures };
