/**
 * The messages between the main thread and a node's thread. Calls and outcomes travel in batches,
 * one message for each event-loop turn.
 */

import type { Faults, NodeSettingsChange } from './faults/schema.ts';
import type { LogLevel } from './log.ts';
import type { Outcome } from './node/answers.ts';
import type { CountersReport } from './node/counters.ts';
import type { NodeSettings } from './node/group-node.ts';
import type { GroupRequest, ListRequest } from './node/group-request.ts';

/** The data for the start of a thread. */
export interface ThreadStart {
  readonly settings: NodeSettings;
  readonly file: string;
  readonly host: string;
  readonly port: number;
  readonly logLevel: LogLevel;
  readonly remoteControls: boolean;
}

/** Requests of the controls and of `stats` to a node. */
export type Control =
  | { readonly kind: 'faults' | 'settings' | 'counters' | 'summary' | 'reset' }
  | { readonly kind: 'setFaults'; readonly faults: Faults }
  | { readonly kind: 'change'; readonly change: NodeSettingsChange };

export interface Summary {
  readonly count: number;
  readonly digest: string;
}

export type ShownSettings = Required<NodeSettingsChange>;
export type ControlReply = Faults | ShownSettings | CountersReport | Summary;

export type ForwardedCall =
  | { readonly seq: number; readonly kind: 'group'; readonly request: GroupRequest }
  | { readonly seq: number; readonly kind: 'list'; readonly request: ListRequest }
  | { readonly seq: number; readonly kind: 'control'; readonly control: Control };

export type ToThread =
  | { readonly kind: 'calls'; readonly calls: readonly ForwardedCall[] }
  | { readonly kind: 'stop' };

export type Returned =
  | { readonly seq: number; readonly outcome: Outcome }
  | { readonly seq: number; readonly reply: ControlReply };

export type FromThread =
  | { readonly kind: 'ready' }
  /** It cannot start, because of its port or its file. */
  | { readonly kind: 'cannotStart'; readonly cause: 'port' | 'data'; readonly message: string }
  | { readonly kind: 'returned'; readonly returned: readonly Returned[] }
  | { readonly kind: 'stopped' };
