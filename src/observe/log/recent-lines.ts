/**
 * The latest lines of a thread, for the report of its crash. They are properties of the error
 * itself: an error that crosses to main keeps its properties, and everything else of the thread is
 * lost.
 */
import type { LogEvent } from './log-line.ts';
import type { Fields, LogLevel } from './log-port.ts';

const LINES_MAX = 40;
const PROPERTY = 'recentLines';

export interface RecentLine {
  readonly timeMs: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Fields;
}

export class RecentLines {
  #lines: RecentLine[] = [];

  note({ time, level, message, fields }: LogEvent): void {
    this.#lines.push({ timeMs: time.getTime(), level, message, fields: safeFields(fields) });
    if (this.#lines.length > LINES_MAX) this.#lines.shift();
  }

  /** From now on an uncaught error of this thread carries the lines. */
  rideOnCrash(): void {
    process.on('uncaughtExceptionMonitor', (error: unknown) => {
      if (!(error instanceof Error) || !Object.isExtensible(error)) return;
      Object.assign(error, { [PROPERTY]: this.#lines });
    });
  }

  get all(): readonly RecentLine[] {
    return this.#lines;
  }
}

/** The lines that an error carries from its thread. */
export function linesOn(error: unknown): readonly RecentLine[] {
  const lines: unknown = (error as Record<string, unknown> | null)?.[PROPERTY];
  return Array.isArray(lines) ? (lines as RecentLine[]) : [];
}

/** Names, ids and numbers explain an error. The content of records is not sent. */
const SAFE_FIELDS = new Set(
  ['id', 'seq', 'op', 'state', 'node', 'lane', 'thread', 'executor', 'count', 'attempt'].concat([
    'request',
    'answer',
    'status',
    'code',
    'ms',
    'reason',
    'version',
    'pid',
  ]),
);

export function safeFields(fields: Fields): Fields {
  const entries = Object.entries(fields).filter(
    ([key, value]) =>
      SAFE_FIELDS.has(key) && (typeof value === 'string' || typeof value === 'number'),
  );
  return Object.fromEntries(entries);
}
