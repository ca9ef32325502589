/**
 * What the coordinator and its executors say to each other: orders go out, reports come back. Both
 * travel as JSON arrays over one channel an executor, as many as one turn of the event loop has gathered
 * (`channel/channel.ts`).
 *
 * They come from this process, so their shapes are not checked.
 */
import type { HealthSignal, Sample } from '../core/breaker.ts';
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

export type OperatorAct = 'cancel' | 'retry' | 'abandon';

/** Names a question, so that its answer finds the asker. */
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
      /** An earlier life of the daemon may have been driving it: what that has sent may still land. */
      readonly inherited?: Inherited;
    }
  /** The oldest unconfirmed `entries` of this saga are in the journal (P2). */
  | { readonly kind: 'journaled'; readonly seq: number }
  | {
      readonly kind: 'operate';
      readonly seq: number;
      readonly act: OperatorAct;
      readonly ticket: Ticket;
    }
  | { readonly kind: 'inspect'; readonly seq: number; readonly ticket: Ticket }
  | { readonly kind: 'count'; readonly ticket: Ticket }
  /** Compare one page of what the nodes list. */
  | {
      readonly kind: 'compare';
      readonly after: string;
      readonly limit: number;
      readonly ticket: Ticket;
    }
  /** Read these keys on every node; `isSlow`: at most 100 a second on each. */
  | {
      readonly kind: 'look';
      readonly keys: readonly string[];
      readonly isSlow?: boolean;
      readonly ticket: Ticket;
    }
  | { readonly kind: 'report'; readonly ticket: Ticket }
  /** The breaker of a node: while it is not `closed`, only trial calls are made. */
  | { readonly kind: 'breaker'; readonly node: string; readonly closed: boolean }
  /**
   * Make one trial call to a node whose breaker is not closed: of what is held for it, else, if
   * `harmless`, a read of no key in use.
   */
  | {
      readonly kind: 'try';
      readonly node: string;
      readonly period: number;
      readonly call: 'read' | 'any';
      readonly harmless: boolean;
    }
  /** Let what runs end, begin nothing that has to wait; then report `drained`. */
  | { readonly kind: 'drain' }
  /** Abort what runs; then report `drained`. */
  | { readonly kind: 'interrupt' };

/** A saga as its executor sees it now. */
export interface Inspection {
  readonly state: SagaState;
  readonly stuck: boolean;
  /** A delete that may be past its point of no return. */
  readonly forwardOnly: boolean;
  readonly nodes: Readonly<Record<string, NodeOutcome>>;
}

/** What the nodes list of one range of keys, or why it can't be said. */
export type Comparison =
  /** These nodes have no list, by their dialect or by their own word. */
  | { readonly kind: 'unlisted'; readonly nodes: readonly string[] }
  | { readonly kind: 'failed'; readonly node: string; readonly why: string }
  | {
      readonly kind: 'compared';
      /** Keys on all nodes, keys on some; rising. */
      readonly agreed: readonly string[];
      readonly partial: readonly string[];
      /** Where the range ends; absent: nothing is behind it. */
      readonly upTo?: string;
    };

/** One key as all nodes show it. */
export interface Sighting {
  readonly groupId: string;
  readonly nodes: Readonly<Record<string, NodeSighting>>;
}

export type Answered =
  | { readonly of: 'operate' }
  /** Undefined: the saga is not (or no longer) here. */
  | { readonly of: 'inspect'; readonly inspection?: Inspection }
  | { readonly of: 'count'; readonly stats: StatsAnswer }
  | { readonly of: 'compare'; readonly comparison: Comparison }
  | { readonly of: 'look'; readonly sightings: readonly Sighting[] }
  | { readonly of: 'report'; readonly nodes: Readonly<Record<string, NodeReport>> };

export type Report =
  /** The executor is there and listens. */
  | { readonly kind: 'hello' }
  /** Durable entries to journal; nothing that follows from them happens before `journaled`. */
  | {
      readonly kind: 'entries';
      readonly seq: number;
      readonly entries: readonly Exclude<DurableEntry, Settlement>[];
    }
  | { readonly kind: 'settled'; readonly seq: number; readonly settlement: Settlement }
  | { readonly kind: 'answered'; readonly ticket: Ticket; readonly value: Answered }
  /** What the exchanges since the last such report say of their nodes. */
  | { readonly kind: 'health'; readonly nodes: Readonly<Record<string, Sample>> }
  /** The trial call of a `try`; `idle`: there was none to make. */
  | {
      readonly kind: 'tried';
      readonly node: string;
      readonly period: number;
      readonly healthSignal: HealthSignal | 'idle';
      /** Of a bad one: what the call came to. */
      readonly lastError?: string;
    }
  | { readonly kind: 'drained' };

/** What comes after the greeting. */
export type WorkReport = Exclude<Report, { kind: 'hello' }>;
