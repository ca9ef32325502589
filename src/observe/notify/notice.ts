/** What people are told, whichever way. */

export interface Notice {
  readonly kind:
    | 'stuck'
    | 'parked'
    | 'diverged'
    | 'thread_lost'
    | 'restart'
    | 'unsupervised'
    | 'nodes_changed'
    | 'missing_nodes'
    | 'disk_full'
    | 'disk_room'
    | 'breaker_open'
    | 'breaker_closed';
  /** The same for the same matter: it is told once in a while, not once an event. */
  readonly key: string;
  /** One sentence. */
  readonly text: string;
}

/** Several notices as one message. */
export interface Message {
  readonly deviceName: string;
  readonly notices: readonly Notice[];
  /** Notices that found no room. */
  readonly omitted: number;
}

export type Delivery =
  | { readonly kind: 'delivered' }
  /** Try again, not before so many milliseconds have passed, if it said so. */
  | { readonly kind: 'later'; readonly reason: string; readonly afterMs?: number }
  /** Nothing that is repeated will help. */
  | { readonly kind: 'refused'; readonly reason: string };

/** One way to people: it says how it went, and never throws. */
export interface Route {
  readonly name: string;
  deliver(message: Message, timeoutMs: number): Promise<Delivery>;
}

export function textOf({ deviceName, notices, omitted }: Message): string {
  const lines = notices.map(({ text }) => text);
  if (omitted > 0) lines.push(`and ${omitted} more`);
  return `lockstep on ${deviceName}: ${lines.join('\n')}`;
}
