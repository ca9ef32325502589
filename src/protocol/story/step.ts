/**
 * The story of a command: what happened to it, step by step, for people who ask why it took long or failed. It never
 * has a record's content.
 */
import type {
  Direction,
  Lane,
  NodeReplyKind,
  NodeRequest,
  Reason,
  SettledState,
} from '../../core/model.ts';

/** What a command waited for before it could go on; `ms` is absent while it still waits. */
export type Wait =
  /** Another command had the key (P6). */
  | { readonly for: 'key'; readonly command: string }
  /** Requests of earlier commands on the key that might still land (P4.4), on these nodes. */
  | { readonly for: 'landing'; readonly nodes: readonly string[] }
  /** An operator had paused its lane. */
  | { readonly for: 'pause'; readonly lane: Lane; readonly by?: string }
  /** An operator had drained this node. */
  | { readonly for: 'drain'; readonly node: string; readonly by?: string }
  /** The breaker of this node was not closed. */
  | { readonly for: 'breaker'; readonly node: string }
  /** As many commands as `concurrency` allows ran. */
  | { readonly for: 'slot' }
  /** An operator has to decide: its journal was restored, or it had crashed the daemon. */
  | { readonly for: 'operator' };

/** Numbers of steps that are not listed: attempts by node and answer, others by their name. */
export interface LeftOut {
  readonly attempts?: Readonly<Record<string, Readonly<Partial<Record<NodeReplyKind, number>>>>>;
  readonly steps?: number;
}

type Happening =
  | { readonly step: 'accepted' }
  | ({ readonly step: 'waited'; readonly ms?: number } & Wait)
  | { readonly step: 'began' }
  /** One exchange with one node; `number` counts those of this life of the daemon. */
  | {
      readonly step: 'attempt';
      readonly node: string;
      readonly number: number;
      readonly request: NodeRequest['kind'];
      /** The node's own time; absent while the exchange runs. */
      readonly ms?: number;
      readonly answer?: NodeReplyKind;
      readonly detail?: string;
    }
  | ({ readonly step: 'left_out' } & LeftOut)
  | { readonly step: 'turned'; readonly reason: Reason }
  | { readonly step: 'node_turned'; readonly node: string; readonly direction: Direction }
  | { readonly step: 'stuck' }
  /** The daemon restarted; the attempts of its earlier lives are not known. */
  | { readonly step: 'resumed' }
  | { readonly step: 'act'; readonly act: string; readonly by?: string }
  | { readonly step: 'settled'; readonly state: SettledState; readonly reason?: Reason };

/** `at`: ms, by the clock of the command. */
export type Step = { readonly at: number } & Happening;

/** A step as clients see it; `at` is ISO 8601. */
export type StoryStep = { readonly at: string } & Happening;

export function storyOf(steps: readonly Step[]): readonly StoryStep[] {
  return steps.map((step) => ({ ...step, at: new Date(step.at).toISOString() }));
}

/** By time; steps of the same time keep their order. */
export function byTime(steps: readonly Step[]): readonly Step[] {
  return [...steps].sort((one, other) => one.at - other.at);
}
