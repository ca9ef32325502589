/** What the daemon answers. Shapes only; docs/protocol.md shows one of each. */
import type { Lane, NodeOutcome, Operation, Presence, Reason, SagaState } from '../core/model.ts';
import type { Accepting } from './accepting.ts';
import type { ErrorBody, ErrorReply } from './errors.ts';
import type { JsonObject } from './record/record.ts';

/** The answer to `create` and `delete`, and what `status`, `list` and the operators' ops show. */
export interface CommandAnswer {
  readonly id: string;
  readonly op: Operation;
  readonly groupId: string;
  /** The key of this client's request, where the nodes fold keys and it is not `groupId`. */
  readonly askedAs?: string;
  readonly state: SagaState;
  /** Why it is not `committed`. */
  readonly reason?: Reason;
  /** A rollback that takes long, or a delete past its point of no return; it goes on (P5). */
  readonly stuck?: true;
  /** A delete that cannot be undone: it ends `committed`, or when an operator abandons it (P5). */
  readonly forwardOnly?: true;
  /** Of a restored journal: it waits for an operator's decision (op `restore`). */
  readonly held?: true;
  /** It crashed the daemon each time it was taken up: it waits for an operator (op `retry` or `abandon`). */
  readonly parked?: true;
  /** The command that has the key; this one waits for it. Of open commands. */
  readonly waitsFor?: string;
  /** By node; absent where nothing is known yet. */
  readonly nodes?: Readonly<Record<string, NodeOutcome>>;
  /** From acceptance to settlement, or until now. */
  readonly elapsedMs: number;
  /** Of `status` that asked for it; null: it was removed. */
  readonly record?: JsonObject | null;
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
  readonly next?: string;
}

/** What became of the commands that a filter matched, or would. */
export interface SelectionAnswer {
  /** How many match from the cursor on, those of this page included. */
  readonly matched: number;
  /** Oldest first, each as if asked for alone; of a dry run, as they stand. */
  readonly commands: readonly (CommandAnswer | ErrorReply)[];
  readonly next?: string;
}

export interface PingAnswer extends Accepting {
  readonly pid: number;
  readonly version: string;
}

/** What one node showed when it was read. */
export interface NodeSighting {
  readonly state: Presence | 'unknown';
  /** The owner mark, where the node shows it. */
  readonly owner?: string;
  /** Of `unknown`: what it said instead. */
  readonly lastResponse?: string;
}

/**
 * A key on which a node is not as the journal has it. `missing`: it should be on all nodes and is
 * not. `stray`: it should be on none and is. `foreign`: it is on all, with another owner mark than
 * the journal's. `unknown`: the nodes differ, and the journal knows nothing of it. `unread`: a node
 * would not tell.
 */
export type FindingKind = 'missing' | 'stray' | 'foreign' | 'unknown' | 'unread';

export interface AuditFinding {
  readonly groupId: string;
  readonly kind: FindingKind;
  /** What the journal has. */
  readonly journal: Presence | 'unknown';
  readonly nodes: Readonly<Record<string, NodeSighting>>;
  /** What mends it, if anything does; `id`: a command that was accepted for it. */
  readonly repair?: {
    readonly op: Operation;
    readonly id?: string;
    /** Why it was not. */
    readonly error?: ErrorBody;
  };
}

export interface AuditAnswer {
  /** Keys compared. */
  readonly checked: number;
  readonly findings: readonly AuditFinding[];
  /** Keys with commands under way, which were not judged. */
  readonly busy: readonly string[];
  /** Keys that all nodes hold and the journal does not know: no findings, since the nodes agree. */
  readonly unjournaled?: readonly string[];
  /** Nodes without a list: the keys are those that the journal knows, read one by one. */
  readonly unlisted?: readonly string[];
  readonly next?: string;
}

/** `count` and `error` exclude each other. */
export interface NodeStats {
  readonly count?: number;
  /** Why the node can't be counted. */
  readonly error?: string;
  /** Beside `count`: items of its list that have no key, a few of them, each cut short. */
  readonly skipped?: readonly string[];
}

export interface StatsAnswer {
  /** Whether all nodes hold the same keys; null if one can't list or doesn't answer. */
  readonly consistent: boolean | null;
  readonly nodes: Readonly<Record<string, NodeStats>>;
  /** It is the cluster's own word: its nodes list no keys, so nothing was compared. */
  readonly reported?: true;
}

/** What the daemon's calls to one node came to, since it started. */
export interface NodeReport {
  /** Exchanges begun. */
  readonly calls: number;
  /** Exchanges by how they ended; see docs/protocol.md. */
  readonly answers: Readonly<Record<string, number>>;
  /** The latest answer that was none of what was asked for. */
  readonly lastFailure?: string;
}

/** The breaker of one node. */
export interface BreakerView {
  readonly state: 'closed' | 'open' | 'half_open';
  readonly isOpen: boolean;
  /** When it came into this state: ISO 8601. */
  readonly since: string;
  /** Times it has opened since the daemon started. */
  readonly openings: number;
  /** An operator opened it, and has to close it. */
  readonly forced?: true;
  /** Why it opened first; trial calls that failed since do not replace it. */
  readonly cause?: string;
  /** What the latest failed call to the node came to. */
  readonly lastError?: string;
  /** Trial calls that failed since it opened first; absent: none. */
  readonly trialsFailed?: number;
  /** Of an open one, unless it is forced: when the node is tried next. ISO 8601. */
  readonly nextTrialAt?: string;
  readonly nextTrialInMs?: number;
}

/** `breaker`: all nodes, or the one asked for. */
export interface BreakersAnswer {
  readonly breakers: Readonly<Record<string, BreakerView>>;
}

/** Payload of the event `breaker.NODE`: a breaker has changed its state. */
export interface BreakerEvent extends BreakerView {
  readonly node: string;
  readonly from: BreakerView['state'];
}

/** A node in `status`. */
export interface NodeStatus extends NodeReport {
  readonly breaker: BreakerView;
}

/** An operator has paused a lane. */
export interface LanePause {
  /** ISO 8601. */
  readonly since: string;
  readonly by?: string;
}

export interface LaneStatus {
  readonly waiting: number;
  readonly running: number;
  /** Absent while it is not paused. */
  readonly paused?: LanePause;
}

type Lanes = Readonly<Record<Lane, LaneStatus>>;

/** The answer to `pause` and `resume`. */
export interface LanesAnswer {
  readonly lanes: Lanes;
}

/** `status` without an id. */
export interface SummaryAnswer extends Accepting {
  readonly version: string;
  readonly pid: number;
  readonly uptimeMs: number;
  readonly state: 'running' | 'draining';
  readonly open: number;
  /** The bound of `open`; beyond it commands are answered `busy`. */
  readonly openMax: number;
  readonly compensating: number;
  readonly stuck: number;
  /** Open commands of a restored journal that nobody drives yet; absent if there are none. */
  readonly held?: number;
  /** Open commands that are parked; absent if there are none. */
  readonly parked?: number;
  /** By lane: commands that wait for their turn or their key, and that run. */
  readonly lanes: Lanes;
  /** Settled since the start, by state. */
  readonly settled: Readonly<Record<string, number>>;
  readonly threads: readonly string[];
  /** pm2, which would restart the daemon, is gone. */
  readonly unsupervised?: true;
  /** Nodes that open commands need and that are not configured: how many commands each. */
  readonly missingNodes?: Readonly<Record<string, number>>;
  /** `NAME=URL,…` of the last life; absent if they were the same. */
  readonly nodesBefore?: string;
  readonly nodes: Readonly<Record<string, NodeStatus>>;
  /** Of the last audit of all keys in this life of the daemon, and of the looks since. */
  readonly audit?: {
    /** Keys on which nodes were not as the journal has it; 100,000 stands for more. */
    readonly divergent: number;
    /** ISO 8601. */
    readonly finishedAt: string;
  };
}

export type Answer =
  | CommandAnswer
  | BatchAnswer
  | ListAnswer
  | SelectionAnswer
  | AuditAnswer
  | LanesAnswer
  | PingAnswer
  | StatsAnswer
  | SummaryAnswer
  | BreakersAnswer
  | ErrorReply;

export function isError(answer: object): answer is ErrorReply {
  return 'error' in answer;
}
