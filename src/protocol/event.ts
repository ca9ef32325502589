/**
 * The events that the daemon publishes, as one typed union for publisher and client. Shapes only;
 * docs/protocol.md, "Events", describes them.
 */
import type { ActKind } from '../core/act.ts';
import type { Lane, SettledState } from '../core/model.ts';
import type { Accepting } from './accepting.ts';
import type { ActView } from './act.ts';
import type { BreakerEvent, CommandAnswer } from './answer.ts';

/** The new state of a command, or an event of its life. */
export type CommandChange = 'accepted' | 'compensating' | 'stuck' | 'parked' | SettledState;

/** An executor is lost. */
export interface ThreadEvent {
  readonly thread: string;
  readonly state: 'lost';
}

/** A lane was paused or resumed. */
export interface LaneEvent {
  readonly lane: Lane;
  readonly paused: boolean;
  readonly by?: string;
}

/** An operator has drained or retired a node, or ended that. */
export interface NodeEvent {
  readonly node: string;
  readonly drained: boolean;
  readonly retired: boolean;
  readonly by?: string;
}

/** An audit went through all pages. */
export interface AuditEvent {
  /** Keys compared. */
  readonly checked: number;
  /** Keys among the findings. */
  readonly divergent: number;
}

/** By kind, which is the first word of the topic. */
interface Events {
  readonly command: { readonly topic: `command.${CommandChange}`; readonly payload: CommandAnswer };
  readonly thread: { readonly topic: `thread.${string}`; readonly payload: ThreadEvent };
  readonly breaker: { readonly topic: `breaker.${string}`; readonly payload: BreakerEvent };
  readonly daemon: { readonly topic: 'daemon.accepting'; readonly payload: Accepting };
  readonly lane: { readonly topic: `lane.${Lane}`; readonly payload: LaneEvent };
  readonly node: { readonly topic: `node.${string}`; readonly payload: NodeEvent };
  readonly audit: { readonly topic: 'audit.finished'; readonly payload: AuditEvent };
  readonly act: { readonly topic: `act.${ActKind}`; readonly payload: ActView };
}

export type EventKind = keyof Events;

/** An event at its source. The payload is built only if a subscriber wants it. */
export type PublishedEvent<Kind extends EventKind = EventKind> = {
  [K in Kind]: {
    readonly kind: K;
    readonly topic: Events[K]['topic'];
    readonly payload: () => Events[K]['payload'];
  };
}[Kind];

/**
 * An event at its reader. `at`: the time of publication, ISO 8601 by the daemon's clock. `number` counts the events
 * of this topic: a gap shows how many were missed.
 */
export type DaemonEvent<Kind extends EventKind = EventKind> = {
  [K in Kind]: {
    readonly kind: K;
    readonly topic: Events[K]['topic'];
    readonly payload: Events[K]['payload'] & { readonly at: string; readonly number: number };
  };
}[Kind];

/** An event of a kind that only newer daemons publish. */
export interface UnknownEvent {
  readonly kind: 'unknown';
  readonly topic: string;
  readonly payload: unknown;
}

const KINDS: Readonly<Record<EventKind, true>> = {
  command: true,
  thread: true,
  breaker: true,
  daemon: true,
  lane: true,
  node: true,
  audit: true,
  act: true,
};

/**
 * Reads the two frames of an event. The payload comes from the daemon and is not checked.
 * @throws SyntaxError if it is not JSON
 */
export function readEvent(topic: string, payload: string): DaemonEvent | UnknownEvent {
  const [kind = ''] = topic.split('.', 1);
  const event = { kind, topic, payload: JSON.parse(payload) };
  return isKnown(event) ? event : { ...event, kind: 'unknown' };
}

function isKnown(event: { readonly kind: string; readonly topic: string }): event is DaemonEvent {
  return Object.hasOwn(KINDS, event.kind);
}
