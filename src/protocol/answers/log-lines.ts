/** The answer to `logs`: the last lines of the daemon's log. */

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;

export interface LogLineView {
  /** Rises from line to line, with gaps. */
  readonly number: number;
  /** ISO 8601. */
  readonly time: string;
  readonly level: (typeof LOG_LEVELS)[number];
  readonly thread: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The oldest first. */
export interface LogsAnswer {
  readonly lines: readonly LogLineView[];
  /** The `cursor` of a request for the lines behind these. */
  readonly next: string;
  /** Lines behind the cursor were gone already. */
  readonly missed?: true;
}
