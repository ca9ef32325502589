/** An operator's act, as clients see it: in the answer to `acts`, and as an event. */
import type { ActKind, ActOutcome } from '../core/act.ts';
import type { OpenFilter } from './input/request-input.ts';

export interface ActView {
  /** Never given twice. */
  readonly number: number;
  readonly act: ActKind;
  /** ISO 8601. */
  readonly begunAt: string;
  /** The name of the operator, marked if it is the client's own word; absent: none was given. */
  readonly by?: string;
  /** The name was proven by a token. */
  readonly proven: boolean;
  /** The door by which the request came: `zeromq`, `http`, or `file` if a file was changed. */
  readonly door: string;
  /** The id of a command, the name of a node, a lane or a copy, names of clients; absent: several, or all. */
  readonly on?: string;
  /** It chose the commands. */
  readonly filter?: OpenFilter;
  readonly outcome: ActOutcome;
  /** Code of the error: of a refused act, or of the last request of an unfinished one. */
  readonly error?: string;
  /** Commands that matched the filter, or keys to repair. */
  readonly matched?: number;
  /**
   * Commands by the state that they had when the act was answered, or by the code of their error; of `repair`:
   * accepted commands by `op`.
   */
  readonly results?: Readonly<Record<string, number>>;
}

/** Newest first. */
export interface ActsAnswer {
  readonly acts: readonly ActView[];
  readonly next?: string;
}
