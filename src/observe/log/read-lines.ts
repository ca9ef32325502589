/** Chooses lines of the ring: the last ones, or those behind a cursor; bounded in number and bytes (P9). */
import { LineRing, type NumberedLine } from './line-ring.ts';
import type { LogLevel } from './log-port.ts';

/** Of the texts of one answer. */
const BYTES_MAX = 512 * 1024;
const GRAVEST_FIRST: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

export interface LineQuery {
  /** Absent: the last lines. */
  readonly cursor?: string | undefined;
  readonly limit: number;
  /** The least grave level. */
  readonly level?: LogLevel | undefined;
  readonly thread?: string | undefined;
  /** A command that the line is about. */
  readonly id?: string | undefined;
}

/** A line as `storedLine` has written it. */
interface StoredLine {
  readonly time: string;
  readonly level: LogLevel;
  readonly thread: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface ReadLines {
  readonly lines: readonly (StoredLine & { readonly number: number })[];
  readonly next: string;
  readonly missed?: true;
}

/** @param memory undefined: nothing is kept */
export function linesReader(
  memory: SharedArrayBuffer | undefined,
): (query: LineQuery) => ReadLines {
  if (memory === undefined) return () => ({ lines: [], next: '0' });
  const ring = new LineRing(memory);
  return (query) => (query.cursor === undefined ? last(ring, query) : behind(ring, query));
}

function last(ring: LineRing, query: LineQuery): ReadLines {
  // Before the reading: a line that is written meanwhile is behind the answer.
  const { written } = ring;
  const page = new Page(query);
  for (const line of ring.newest()) {
    if (line.number < written) page.add(line);
    if (page.isFull) break;
  }
  return { lines: page.lines.reverse(), next: String(written) };
}

function behind(ring: LineRing, query: LineQuery): ReadLines {
  const cursor = Number(query.cursor);
  const isThere = ring.reaches(cursor);
  const page = new Page(query);
  const lost = isThere ? {} : ({ missed: true } as const);
  // A cursor of an earlier run of the daemon is one of another ring.
  const walk = ring.from(isThere ? cursor : 0);
  for (let step = walk.next(); ; step = walk.next()) {
    if (step.done === true) return { lines: page.lines, next: String(step.value), ...lost };
    if (page.isFull) return { lines: page.lines, next: String(step.value.number), ...lost };
    page.add(step.value);
  }
}

class Page {
  readonly lines: (StoredLine & { readonly number: number })[] = [];
  readonly #query: LineQuery;
  #bytes = 0;

  constructor(query: LineQuery) {
    this.#query = query;
  }

  get isFull(): boolean {
    return this.lines.length >= this.#query.limit || this.#bytes >= BYTES_MAX;
  }

  add({ number, text }: NumberedLine): void {
    // Most lines are about other commands: parsing one takes ten times as long as looking for the id.
    if (this.#query.id !== undefined && !text.includes(JSON.stringify(this.#query.id))) return;
    const line = parsed(text);
    if (line === undefined || !this.#isWanted(line)) return;
    this.lines.push({ number, ...line });
    this.#bytes += text.length;
  }

  #isWanted({ level, thread, fields }: StoredLine): boolean {
    const { level: least = 'debug', thread: wanted, id } = this.#query;
    return (
      GRAVEST_FIRST.indexOf(level) <= GRAVEST_FIRST.indexOf(least) &&
      (wanted === undefined || wanted === thread) &&
      (id === undefined || fields['id'] === id || fields['on'] === id)
    );
  }
}

/** Undefined: it was overwritten while it was written. */
function parsed(text: string): StoredLine | undefined {
  try {
    return JSON.parse(text) as StoredLine;
  } catch {
    return undefined;
  }
}
