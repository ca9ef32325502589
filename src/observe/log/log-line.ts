/**
 * One event as one line, in text or JSON. No field value breaks the line or throws: the log itself
 * must not fail.
 */
import { escaped } from '../../base/unseen.ts';
import type { Fields, LogLevel } from './log-port.ts';

export interface LogEvent {
  readonly time: Date;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Fields;
}

export interface Origin {
  readonly app: string;
  readonly thread: string;
}

/** A larger value is cut: nobody reads more. */
const VALUE_CHARS_MAX = 8192;
const CAUSES_MAX = 5;
const RESERVED = new Set(['timestamp', 'app', 'thread', 'level', 'message']);

/** `time app thread level message key=value …` */
export function textLine(event: LogEvent, { app, thread }: Origin): string {
  return `${event.time.toISOString()} ${app} ${thread} ${event.level} ${messageText(event)}`;
}

/** `message key=value …` */
export function messageText({ message, fields }: LogEvent): string {
  const tail = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${show(value)}`);
  // Escapes line breaks, so that no value can forge a second line.
  return escaped(cut(message) + tail.join(''));
}

export function jsonLine(event: LogEvent, { app, thread }: Origin): string {
  const { time, level, message, fields } = event;
  const own = Object.entries(fields).map(([key, value]) => [
    RESERVED.has(key) ? `_${key}` : key,
    plain(value),
  ]);
  const line = JSON.stringify({
    timestamp: time.toISOString(),
    app,
    thread,
    level,
    message: cut(message),
    ...Object.fromEntries(own),
  });
  return escaped(line);
}

/** For the ring of the last lines: as JSON, whatever the format of the log is. */
export function storedLine({ time, level, message, fields }: LogEvent, thread: string): string {
  const own = Object.entries(fields).map(([key, value]) => [key, plain(value)]);
  const line = { time: time.toISOString(), level, thread, message: cut(message) };
  return JSON.stringify({ ...line, fields: Object.fromEntries(own) });
}

/** The stack of an error and of its causes. */
function errorText(error: Error): string {
  const parts: string[] = [];
  let at: unknown = error;
  while (at instanceof Error && parts.length < CAUSES_MAX) {
    parts.push(String(at.stack ?? at.message));
    at = at.cause;
  }
  return cut(parts.join('\ncaused by: '));
}

function show(value: unknown): string {
  const known = plain(value);
  if (typeof known === 'string' && /^[\w./:@%+,-]+$/.test(known)) return known;
  return JSON.stringify(known) ?? 'undefined';
}

/** The value in a form that JSON allows. */
function plain(value: unknown): unknown {
  if (value instanceof Error) return errorText(value);
  if (typeof value === 'string') return cut(value);
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  try {
    const text = JSON.stringify(value);
    return text === undefined || text.length > VALUE_CHARS_MAX
      ? cut(String(text))
      : (JSON.parse(text) as unknown);
  } catch {
    return '[unprintable]';
  }
}

function cut(text: string): string {
  return text.length > VALUE_CHARS_MAX ? `${text.slice(0, VALUE_CHARS_MAX)}…` : text;
}
