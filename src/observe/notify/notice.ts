/** Notices for people, and the ways to send them. */
import {
  type Facts,
  type Kind,
  NOTICE_KINDS,
  type NoticeKind,
  type RaisedNotice,
} from './notice-kinds.ts';

export interface Notice {
  readonly kind: NoticeKind;
  /** The same for the same matter, which is sent once an hour. */
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
  /** Try again; `afterMs`: not earlier, since the other side asked for that. */
  | { readonly kind: 'later'; readonly reason: string; readonly afterMs?: number }
  /** A retry will fail too. */
  | { readonly kind: 'refused'; readonly reason: string };

/** One way to people. `deliver` never throws. */
export interface Route {
  readonly name: string;
  deliver(message: Message, timeoutMs: number): Promise<Delivery>;
}

/** The notice as it is sent. `show`: see `Kind`. */
export function noticeOf<Name extends NoticeKind>(
  raised: RaisedNotice<Name>,
  show: (text: string) => string,
): Notice {
  const kinds: { readonly [One in NoticeKind]: Kind<Facts[One]> } = NOTICE_KINDS;
  const { kind } = raised;
  const { matter, text } = kinds[kind];
  const key = matter === undefined ? kind : `${kind}/${matter(raised)}`;
  return { kind, key, text: text(raised, show) };
}

export function textOf({ deviceName, notices, omitted }: Message): string {
  const lines = notices.map(({ text }) => text);
  if (omitted > 0) lines.push(`and ${omitted} more`);
  return `lockstep on ${deviceName}: ${lines.join('\n')}`;
}
