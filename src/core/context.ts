/**
 * What surrounds a decision of the core: the inputs that reach a saga, the effects that it owes, the settings, and time
 * and chance. All times are in ms, as in `model.ts`.
 */
import type { Inherited, NodeReply, NodeRequest } from './model.ts';

/** The inputs of a saga. */
export type Input =
  /** The executor was given the saga. */
  | { readonly kind: 'driven' }
  /** The executor was given a saga that an earlier life of the daemon may have been driving. */
  | { readonly kind: 'resumed'; readonly inherited: Inherited }
  | { readonly kind: 'answered'; readonly node: string; readonly answer: NodeReply }
  /** Time passed. */
  | { readonly kind: 'ticked' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'retry' }
  | { readonly kind: 'abandon' }
  /** An operator has retired a node for good; the journal has that, and says it again after a restart. */
  | { readonly kind: 'retire'; readonly node: string }
  /** An operator gives it up unseen: it was held since its journal was restored. */
  | { readonly kind: 'disown'; readonly inherited: Inherited };

/** The effects that a saga owes. */
export type Effect =
  | { readonly kind: 'exchange'; readonly node: string; readonly request: NodeRequest }
  /** Abort the exchange that runs with this node; its answer will be `lost`. */
  | { readonly kind: 'abort'; readonly node: string }
  /** Nothing to do before this time. */
  | { readonly kind: 'wait'; readonly until: number };

/** Settings of the core. */
export interface Policy {
  /** Whether the dialect's nodes know owner marks. */
  readonly tokens: boolean;
  /** Whether a deleted record can be made again; if not, a delete has a point of no return. */
  readonly restores: boolean;
  /** Nodes may answer first and act later (`deferred`): what may still land is read, and not repeated. */
  readonly defers?: boolean;
  readonly quiesceMs: number;
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  /** The upper bound for a node's `Retry-After`. */
  readonly retryAfterCapMs: number;
  /** A compensation that takes longer is flagged `stuck`; so is a delete that can only go forward, after its deadline. */
  readonly stuckAfterMs: number;
}

/** Time and chance, given to every decision. */
export interface Context {
  readonly now: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly policy: Policy;
}
