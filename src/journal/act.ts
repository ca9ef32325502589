/**
 * Acts of operators in the journal: who, by which door, did what, on what, and what came of it. An act is begun
 * before anything follows from it, so that no effect survives a crash without its act; its end is noted when it is
 * known. Acts are history like settled commands: the same retention prunes them.
 */
import type { ActKind, ActOutcome } from '../core/act.ts';
import { IllegalWrite } from './errors.ts';

/** The bound of each text of an act, in UTF-16 units. */
export const ACT_TEXT_MAX = 4000;

/** An act that begins. */
export interface ActBegin {
  readonly kind: ActKind;
  /** ms of the clock that clients see: it never runs back, not even over a restart. */
  readonly at: number;
  /** Time that the daemon has lived by then, whole ms. */
  readonly lived: number;
  /** The name of the operator, as people see it; absent: none was given. */
  readonly by?: string;
  /** The name was proven by a token. */
  readonly isProven: boolean;
  /** The door by which the request came. */
  readonly door: string;
  /** The id of a command, the name of a node or a lane; absent: several, or all. */
  readonly on?: string;
  /** The filter that chose the commands, as JSON. */
  readonly filter?: string;
}

/** What came of an act so far; it replaces what was noted before. */
export interface ActEnd {
  readonly number: number;
  readonly outcome: ActOutcome;
  /** Of `refused`: the code of the error. */
  readonly error?: string;
  /** Commands that matched the filter, or keys to repair. */
  readonly matched?: number;
  /** Commands by the state that they then had, or by the code of their error. */
  readonly results?: Readonly<Record<string, number>>;
}

export interface StoredAct extends ActBegin, ActEnd {}

export interface ActWrites {
  readonly begin: readonly ActBegin[];
  readonly end: readonly ActEnd[];
}

export interface ActFilter {
  readonly kinds?: readonly ActKind[];
  /** One of these names. */
  readonly by?: readonly string[];
  readonly on?: string;
  readonly outcome?: ActOutcome;
  /** At or after / before this time, ms, of the clock that clients see. */
  readonly since?: number;
  readonly before?: number;
}

/** Like a page of a listing, it may be short, or empty, and still name a `next`. */
export interface ActPage {
  readonly acts: readonly StoredAct[];
  /** Pass it as `below` to read on; absent on the last page. */
  readonly next?: number;
}

/** Every driver checks the texts of an act so. */
export function assertBounded(act: ActBegin | ActEnd): void {
  for (const [name, value] of Object.entries(act)) {
    const text = typeof value === 'object' ? JSON.stringify(value) : value;
    if (typeof text !== 'string' || text.length <= ACT_TEXT_MAX) continue;
    throw new IllegalWrite(`${name} of an act is ${text.length} characters long`);
  }
}
