/** Notices for people, and the services that send them. */
import {
  type Facts,
  type Kind,
  NOTICE_KINDS,
  type NoticeKind,
  type RaisedNotice,
} from './notice-kinds.ts';

export interface Notice {
  readonly kind: NoticeKind;
  /** Equal for notices of the same matter, which is sent once an hour. */
  readonly key: string;
  /** One sentence. */
  readonly text: string;
}

/** Several notices as one message. */
export interface Message {
  readonly deviceName: string;
  readonly notices: readonly Notice[];
  /** The number of notices that were dropped, because the queue was full. */
  readonly omitted: number;
}

export type Delivery =
  | { readonly kind: 'delivered' }
  /** Try again; not before `afterMs`, because the service asked for that. */
  | { readonly kind: 'later'; readonly reason: string; readonly afterMs?: number }
  /** A retry will fail too. */
  | { readonly kind: 'refused'; readonly reason: string };

/** One service that sends notices to people. `deliver` never throws. */
export interface Route {
  readonly name: string;
  deliver(message: Message, timeoutMs: number): Promise<Delivery>;
}

/** The notice as text. `show`: see `Kind`. */
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
