/** The answers of the daemon. Shapes only; docs/protocol.md shows one of each. */
import type { Lane, NodeOutcome, Operation, Presence, Reason, SagaState } from '../core/model.ts';
import type { Accepting } from './accepting.ts';
import type { ActsAnswer } from './act.ts';
import type { BreakersAnswer, BreakerView } from './answers/breaker-view.ts';
import type { DryRunAnswer } from './answers/dry-run.ts';
import type { LogsAnswer } from './answers/log-lines.ts';
import type { Latency, NodeReport } from './answers/node-report.ts';
import type { NodeSighting } from './answers/node-sighting.ts';
import type { OperatorStop } from './answers/operator-stop.ts';
import type { Retiring } from './answers/retiring.ts';
import type { ErrorBody, ErrorReply } from './errors.ts';
import type { JsonObject } from './record/record.ts';
import type { StoryStep } from './story/step.ts';

/** The answer to `create` and `delete`, also in `status`, `list` and the answers to operators. */
export interface CommandAnswer {
  readonly id: string;
  readonly op: Operation;
  readonly groupId: string;
  /** The key of this client's request, where the nodes fold keys and it is not `groupId`. */
  readonly askedAs?: string;
  readonly state: SagaState;
  /** The reason why it is not `committed`. */
  readonly reason?: Reason;
  /** A rollback that takes long, or a delete past its point of no return; it continues (P5). */
  readonly stuck?: true;
  /** A delete that cannot be undone: it ends `committed`, or when an operator abandons it (P5). */
  readonly forwardOnly?: true;
  /** Of a restored journal: it waits for an operator's decision (op `restore`). */
  readonly held?: true;
  /** It crashed the daemon each time it was taken up: it waits for an operator (op `retry` or `abandon`). */
  readonly parked?: true;
  /** The command that has the key; this one waits for it. Of open commands. */
  readonly waitsFor?: string;
  /** By node; absent while nothing is known. */
  readonly nodes?: Readonly<Record<string, NodeOutcome>>;
  /** From acceptance to settlement, or until now. */
  readonly elapsedMs: number;
  /** Of `status` that asked for it; null: it was removed. */
  readonly record?: JsonObject | null;
  /** Of `status` that asked for it: what happened, step by step. */
  readonly story?: readonly StoryStep[];
  /** Of `status`, `list` and events of open commands. */
  readonly lane?: Lane;
  /** Of the same: ISO 8601. */
  readonly acceptedAt?: string;
}

export interface BatchAnswer {
  readonly results: readonly (CommandAnswer | ErrorReply)[];
}

export interface ListAnswer {
  readonly commands: readonly CommandAnswer[];
  /** Commands of this page that the journal has damaged; absent: there are none. */
  readonly damaged?: readonly DamagedCommand[];
  readonly next?: string;
}

export interface DamagedCommand {
  /** As the journal has it; it may be what is damaged. */
  readonly id: string;
  /** What is damaged, for people. */
  readonly message: string;
}

/** The results of an act on the commands that match a filter, or would match it. */
export interface SelectionAnswer {
  /** Number of matching commands from the cursor on, with those of this page. */
  readonly matched: number;
  /**
   * Oldest first, each with the answer that it would get alone; in a dry run with its present
   * state.
   */
  readonly commands: readonly (CommandAnswer | ErrorReply)[];
  readonly next?: string;
}

export interface PingAnswer extends Accepting {
  /** No events are published by ZeroMQ; absent if they are. */
  readonly events?: 'off';
  readonly pid: number;
  readonly version: string;
  /** The identity of the journal: two daemons with the same one know the same commands. A restored one is another. */
  readonly journalId?: string;
}

export type { BreakerEvent, BreakersAnswer, BreakerView } from './answers/breaker-view.ts';
export type { Latency, NodeReport } from './answers/node-report.ts';
export type { NodeSighting } from './answers/node-sighting.ts';
export type { OperatorStop } from './answers/operator-stop.ts';

/**
 * A key on which a node differs from the journal. `missing`: it should be on all nodes and is not.
 * `stray`: it should be on none and is. `foreign`: it is on all nodes with another owner mark than
 * the journal's. `different`: it is on all nodes with several contents. `unknown`: the nodes differ, and the journal does not know the key. `unread`: a
 * node did not answer.
 */
export type FindingKind = 'missing' | 'stray' | 'different' | 'foreign' | 'unknown' | 'unread';

export interface AuditFinding {
  readonly groupId: string;
  readonly kind: FindingKind;
  /** The state in the journal. */
  readonly journal: Presence | 'unknown';
  readonly nodes: Readonly<Record<string, NodeSighting>>;
  /** The repair, if there is one; `id`: a command that was accepted for it. */
  readonly repair?: {
    readonly op: Operation;
    readonly id?: string;
    /** Of a create with a record: the node that shows it. */
    readonly right?: string;
    /** The nodes that hold another content: a delete of the key comes before the create. */
    readonly replaces?: readonly string[];
    /** The reason why it was not accepted. */
    readonly error?: ErrorBody;
  };
}

export interface AuditAnswer {
  /** Number of compared keys. */
  readonly checked: number;
  readonly findings: readonly AuditFinding[];
  /** Keys with commands under way, which were not classified. */
  readonly busy: readonly string[];
  /**
   * Keys that all nodes hold and the journal does not know: no findings, because the nodes agree.
   */
  readonly unjournaled?: readonly string[];
  /** Nodes without a list: the journal's keys were read one by one on them. */
  readonly unlisted?: readonly string[];
  readonly next?: string;
}

/** `count` and `error` exclude each other. */
export interface NodeStats {
  readonly count?: number;
  /** The reason why the node can't be counted. */
  readonly error?: string;
  /** Beside `count`: items of its list that have no key, a few of them, each cut short. */
  readonly skipped?: readonly string[];
}

export interface StatsAnswer {
  /** Whether all nodes hold the same keys; null if one can't list or doesn't answer. */
  readonly consistent: boolean | null;
  readonly nodes: Readonly<Record<string, NodeStats>>;
  /** The cluster's own figures: its nodes list no keys, so nothing was compared. */
  readonly reported?: true;
}

/** A node in `status`. */
export interface NodeStatus extends NodeReport {
  readonly breaker: BreakerView;
  /** New commands wait for it; absent while it is not drained. */
  readonly drained?: OperatorStop;
  /** It is configured, and gone for good: new commands are refused. Absent while it is not retired. */
  readonly retired?: OperatorStop;
  /** Absent: it was not called lately. */
  readonly latencyMs?: Latency;
}

/** A node in the answer to `node`. */
export interface NodeUse {
  /** False: open commands name it, but the configuration does not. */
  readonly configured: boolean;
  /** New commands wait for it; absent while it is not drained. */
  readonly drained?: OperatorStop;
  /** It is gone for good: open commands go on without it, and new ones are refused while it is configured. */
  readonly retired?: OperatorStop;
  /** Of a node that is not configured or is retired: the open commands that name it. */
  readonly open?: number;
}

/** The answer to `node`: the configured nodes, and others that open commands name. */
export interface NodesAnswer {
  readonly nodes: Readonly<Record<string, NodeUse>>;
  /** Of `retire`, and of its dry run. */
  readonly retiring?: Retiring;
}

export interface LaneStatus {
  readonly waiting: number;
  readonly running: number;
  /** Absent while it is not paused. */
  readonly paused?: OperatorStop;
}

type Lanes = Readonly<Record<Lane, LaneStatus>>;

/** The answer to `pause` and `resume`. */
export interface LanesAnswer {
  readonly lanes: Lanes;
}

/** The audit that the daemon makes by itself. */
export interface RegularAuditView {
  /** When it is due: ISO 8601. */
  readonly nextAt: string;
  readonly running?: true;
  /** Why it does not get on now. */
  readonly waitsFor?: string;
}

/** `status` without an id. */
export interface SummaryAnswer extends Accepting {
  readonly version: string;
  readonly pid: number;
  /** As in `PingAnswer`. */
  readonly journalId?: string;
  readonly uptimeMs: number;
  readonly state: 'running' | 'draining';
  readonly open: number;
  /** The bound of `open`; beyond it commands are answered `busy`. */
  readonly openMax: number;
  readonly compensating: number;
  readonly stuck: number;
  /** Open commands of a restored journal that are held; absent if there are none. */
  readonly held?: number;
  /** Open commands that are parked; absent if there are none. */
  readonly parked?: number;
  /** By lane: commands that wait for a slot or their key, and running ones. */
  readonly lanes: Lanes;
  /** Settled since the start, by state. */
  readonly settled: Readonly<Record<string, number>>;
  readonly threads: readonly string[];
  /** pm2, which would restart the daemon, is gone. */
  readonly unsupervised?: true;
  /** Other machines can reach the daemon's sockets, and nothing protects these: `LOCKSTEP_UNPROTECTED`. */
  readonly unprotected?: true;
  /** Why the file of the list of clients cannot be used now; the last list stays in force. */
  readonly clientListFault?: string;
  /**
   * Nodes that open commands need and that are not configured, each with the number of commands.
   */
  readonly missingNodes?: Readonly<Record<string, number>>;
  /** `NAME=URL,…` of the last life; absent if they were the same. */
  readonly nodesBefore?: string;
  readonly nodes: Readonly<Record<string, NodeStatus>>;
  /** From the last audit of all keys, and, if it was in this life of the daemon, later checks of single keys. */
  readonly audit?: {
    /** Number of keys on which nodes differed from the journal; 100,000 stands for more. */
    readonly divergent: number;
    /** ISO 8601. */
    readonly finishedAt: string;
  };
  /** Absent: `auditEveryHours` is 0. */
  readonly regularAudit?: RegularAuditView;
}

export type Answer =
  | CommandAnswer
  | BatchAnswer
  | ListAnswer
  | SelectionAnswer
  | AuditAnswer
  | LanesAnswer
  | NodesAnswer
  | PingAnswer
  | StatsAnswer
  | SummaryAnswer
  | BreakersAnswer
  | ActsAnswer
  | LogsAnswer
  | DryRunAnswer
  | ErrorReply;

/**
 * Whether the answer is an error of the daemon; otherwise it is the answer to the request.
 * @example
 * const answer = await client.stats();
 * if (isError(answer)) console.error(answer.error.code, answer.error.message, answer.error.hint);
 * else console.log(answer.consistent);
 */
export function isError(answer: object): answer is ErrorReply {
  return 'error' in answer;
}
