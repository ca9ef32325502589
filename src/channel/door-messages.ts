/** What the door for HTTP and the coordinator say to each other: plain JSON, over a line of their own. */
import type { Principal } from '../clients/principal.ts';
import type { Answer } from '../protocol/answer.ts';
import type { Figures } from '../protocol/figures.ts';
import type { Request } from '../protocol/request.ts';

/** Who asks, as the door has found. */
export interface Caller {
  /** Callers are served in turn. */
  readonly client: string;
  readonly principal: Principal;
}

export type ToCoordinator =
  /** Events of these topics, or that begin so, are wanted from now on, and no others. */
  | { readonly kind: 'listen'; readonly topics: readonly string[] }
  /** A request as a client sends it; the answer has the same ticket. */
  | {
      readonly kind: 'question';
      readonly ticket: number;
      readonly request: Request;
      readonly caller: Caller;
      /** Of the text of the request. */
      readonly bytes: number;
    };

export interface EventMessage {
  readonly kind: 'event';
  readonly topic: string;
  /** JSON, as on the events socket. */
  readonly text: string;
  /** Events before this one that were dropped, because the door did not keep up; absent: none. */
  readonly missed?: number;
}

export type ToDoor =
  /** The coordinator takes questions from now on. */
  | { readonly kind: 'open' }
  /** The latest `listen` counts from here on. */
  | { readonly kind: 'listening' }
  | EventMessage
  | { readonly kind: 'answer'; readonly ticket: number; readonly answer: Answer }
  /** The state of the coordinator, about once a second. */
  | { readonly kind: 'figures'; readonly figures: Figures };
