/** The log as those see it who write to it; who keeps it, and how, is decided at the top. */

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
export type LogFormat = 'text' | 'json';
export type Fields = Readonly<Record<string, unknown>>;

export interface Log {
  error(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  debug(message: string, fields?: Fields): void;
  /** Whether a line of this level would be written: for what is costly to tell. */
  wants(level: LogLevel): boolean;
  setLevel(level: LogLevel): void;
}
