/** The log for its callers; the top of the program decides on the implementation. */

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
export type LogFormat = 'text' | 'json';
export type Fields = Readonly<Record<string, unknown>>;

export interface Log {
  error(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  debug(message: string, fields?: Fields): void;
  /** Whether a line of this level would be written: for fields that are costly to build. */
  wants(level: LogLevel): boolean;
  setLevel(level: LogLevel): void;
}
