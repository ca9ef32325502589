/** The interface of an executor to the world: it runs over sockets, and in virtual time. */
import type { HealthSignal } from '../core/breaker/breaker.ts';
import type { NodeReply, NodeRequest } from '../core/model.ts';
import type { Subject } from '../node/dialect/codec.ts';
import type { KeyPage, NodeCount } from '../node/list/listing.ts';
import type { NodeFigures, Report } from '../protocol/work.ts';

/** One exchange under way. */
export interface RunningExchange {
  /** Gives it up: it answers `lost`, or `unsent` if it had not begun. */
  abort(): void;
}

/** One node. */
export interface NodePort {
  /**
   * Runs one exchange. `done` is called exactly once, never before this returns. A request has the request timeout,
   * counted from when it has a connection, and waits for one at most as long. `healthSignal` counts for or against the
   * node, `tookMs` is the node's own time: the wait is no part of it.
   */
  exchange(
    request: NodeRequest,
    subject: Subject,
    done: (answer: NodeReply, healthSignal: HealthSignal, tookMs: number) => void,
  ): RunningExchange;
  /**
   * Calls the health path of the dialect, urgently, as `exchange` does; absent where the dialect has none. `unclear`: an
   * answer that says nothing of the node.
   */
  checkHealth?(
    done: (finding: { readonly signal: HealthSignal | 'unclear'; readonly detail: string }) => void,
  ): RunningExchange;
  /** Counts the node's keys. */
  count(): Promise<NodeCount>;
  /** One page of the node's keys above `after`; absent where its dialect offers no list call. */
  keys?(after: string, limit: number): Promise<KeyPage>;
  report(): NodeFigures;
}

/** One exchange that has ended. */
export interface Attempt {
  /** The id of the command. */
  readonly id: string;
  readonly node: string;
  readonly groupId: string;
  readonly request: NodeRequest;
  /** Counts the attempts of this command on this node in this life of the daemon, from 1. */
  readonly number: number;
  readonly answer: NodeReply;
  readonly ms: number;
}

/** Cancels a scheduled act. */
export type Cancel = () => void;

export interface ExecutorPorts {
  readonly node: (name: string) => NodePort;
  readonly nodeNames: readonly string[];
  /** A call to this node that takes longer is slow, ms. */
  readonly slowCallMs: (node: string) => number;
  /** Nobody has created it, and the nodes can have it; a read of another may be no reply of theirs. */
  readonly unusedKey?: string;
  /** See `SurveyRoom`; not bounded by default. */
  readonly heldBytesMax?: number;
  readonly now: () => number;
  readonly random: () => number;
  /** Calls `act` at `time` (of `now`) or soon after. */
  readonly at: (time: number, act: () => void) => Cancel;
  readonly report: (report: Report) => void;
  /** A node refused the read before a command, or created a record of another key: the command ends so. */
  readonly surveyRefused?: (refusal: { node: string; groupId: string; reply: NodeReply }) => void;
  /** Called for every exchange, for the log. */
  readonly attempted?: (attempt: Attempt) => void;
}
