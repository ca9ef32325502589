/**
 * The messages between the coordinator and its executors: orders go out, reports come back. Both
 * travel as JSON arrays over one channel for each executor; an array has all messages of one
 * event-loop turn (`channel/channel.ts`).
 *
 * They come from this process, so their shapes are not checked.
 */
import type { Distribution } from '../base/measure/distribution.ts';
import type { HealthSignal, Sample } from '../core/breaker/breaker.ts';
import type {
  Command,
  DurableEntry,
  Inherited,
  NodeOutcome,
  SagaState,
  Settlement,
} from '../core/model.ts';
import type { KeyHistory } from '../core/open-saga.ts';
import type { NodeReport, NodeSighting, StatsAnswer } from './answer.ts';
import type { Step } from './story/step.ts';

export type OperatorAct = 'cancel' | 'retry' | 'abandon';

/** Identifies a question, so that its answer reaches the caller. */
export type Ticket = number;

export type Order =
  /** Drive this saga from where its durable entries leave it. */
  | {
      readonly kind: 'drive';
      readonly command: Command;
      /** The text of its record, if it has one. */
      readonly record?: string;
      readonly history: KeyHistory;
      readonly entries: readonly DurableEntry[];
      /** An earlier life of the daemon may have driven it: its requests may still land. */
      readonly inherited?: Inherited;
    }
  /** The body that a `fetch` asked for. */
  | {
      readonly kind: 'fetched';
      readonly seq: number;
      readonly node: string;
      readonly body: string;
    }
  /** The oldest unconfirmed `entries` of this saga are in the journal (P2). */
  | { readonly kind: 'journaled'; readonly seq: number }
  | {
      readonly kind: 'operate';
      readonly seq: number;
      readonly act: OperatorAct;
      readonly ticket: Ticket;
    }
  /** A node is gone for good: commands up to this one go on without it. */
  | { readonly kind: 'retire'; readonly node: string; readonly upTo: number }
  | {
      readonly kind: 'inspect';
      readonly seq: number;
      /** Also its story. */
      readonly story?: true;
      readonly ticket: Ticket;
    }
  | { readonly kind: 'count'; readonly ticket: Ticket }
  /** Compare one page of the nodes' lists. */
  | {
      readonly kind: 'compare';
      readonly after: string;
      readonly limit: number;
      readonly ticket: Ticket;
    }
  /**
   * Read these keys on every node; `isSlow`: at most 100 a second on each; `records`: of keys whose nodes differ also
   * the records, or only whether the dialect knows them.
   */
  | {
      readonly kind: 'look';
      readonly keys: readonly string[];
      readonly isSlow?: boolean;
      readonly records?: 'text' | 'whether';
      readonly ticket: Ticket;
    }
  | { readonly kind: 'report'; readonly ticket: Ticket }
  /** The breaker of a node: while it is not `closed`, only trial calls are sent. */
  | { readonly kind: 'breaker'; readonly node: string; readonly closed: boolean }
  /** Call the health path of a node that no command calls; the dialect has one. */
  | { readonly kind: 'check'; readonly node: string }
  /**
   * Make one trial call to a node whose breaker is not closed: a held exchange, or, with
   * `harmless`, a read of an unused key if none is held.
   */
  | {
      readonly kind: 'try';
      readonly node: string;
      readonly period: number;
      readonly call: 'read' | 'any';
      readonly harmless: boolean;
    }
  /** Finish running work, begin nothing that has to wait; then report `drained`. */
  | { readonly kind: 'drain' }
  /** Abort running work; then report `drained`. */
  | { readonly kind: 'interrupt' };

/** A saga as its executor sees it now. */
export interface Inspection {
  readonly state: SagaState;
  readonly stuck: boolean;
  /** A delete that may be past its point of no return. */
  readonly forwardOnly: boolean;
  readonly nodes: Readonly<Record<string, NodeOutcome>>;
  /** If it was asked for. */
  readonly story?: readonly Step[];
}

/** The nodes' lists of one range of keys, or the reason why there are none. */
export type Comparison =
  /** These nodes have no list, by their dialect or by their answer. */
  | { readonly kind: 'unlisted'; readonly nodes: readonly string[] }
  | { readonly kind: 'failed'; readonly node: string; readonly why: string }
  | {
      readonly kind: 'compared';
      /** Keys on all nodes, keys on some; rising. */
      readonly agreed: readonly string[];
      readonly partial: readonly string[];
      /** The end of the range; absent: no key follows. */
      readonly upTo?: string;
    };

/** The state of one key on all nodes. */
export interface Sighting {
  readonly groupId: string;
  readonly nodes: Readonly<Record<string, NodeSighting>>;
  /** By node that holds the key: the record to create (empty where only that was asked), or why there is none. */
  readonly records?: Readonly<Record<string, SeenRecord>>;
}

/** `unknown`: the dialect does not say which record makes this content; `full`: too many bytes for one answer. */
export type SeenRecord = { readonly text: string } | { readonly fault: 'unknown' | 'full' };

/** Of one executor. */
export interface NodeFigures extends NodeReport {
  /** Of calls that had a connection, ms, since the start. */
  readonly durations?: Distribution;
}

export type Answered =
  | { readonly of: 'operate' }
  /** Undefined: the saga is not (or no longer) here. */
  | { readonly of: 'inspect'; readonly inspection?: Inspection }
  | { readonly of: 'count'; readonly stats: StatsAnswer }
  | { readonly of: 'compare'; readonly comparison: Comparison }
  | { readonly of: 'look'; readonly sightings: readonly Sighting[] }
  | { readonly of: 'report'; readonly nodes: Readonly<Record<string, NodeFigures>> };

export type Report =
  /** The executor runs and listens. */
  | { readonly kind: 'hello' }
  /** Durable entries to journal; no consequence of them happens before `journaled`. */
  | {
      readonly kind: 'entries';
      readonly seq: number;
      readonly entries: readonly Exclude<DurableEntry, Settlement>[];
    }
  | {
      readonly kind: 'settled';
      readonly seq: number;
      readonly settlement: Settlement;
      /** What happened, unless it simply succeeded. */
      readonly story?: readonly Step[];
    }
  /** A request that restores a record of this node has a connection: it needs the body from the journal. */
  | { readonly kind: 'fetch'; readonly seq: number; readonly node: string }
  | { readonly kind: 'answered'; readonly ticket: Ticket; readonly value: Answered }
  /** The health signals of the exchanges since the last such report. */
  | { readonly kind: 'health'; readonly nodes: Readonly<Record<string, Sample>> }
  /** The call of a `check`; `none`: it says nothing of the node. */
  | {
      readonly kind: 'checked';
      readonly node: string;
      readonly healthSignal: HealthSignal;
      /** Of a bad one: the text of the failure. */
      readonly lastError?: string;
    }
  /** The trial call of a `try`; `idle`: there was none to make. */
  | {
      readonly kind: 'tried';
      readonly node: string;
      readonly period: number;
      readonly healthSignal: HealthSignal | 'idle';
      /** Of a bad one: the text of the failure. */
      readonly lastError?: string;
    }
  | { readonly kind: 'drained' };

/** The messages after the greeting. */
export type WorkReport = Exclude<Report, { kind: 'hello' }>;
