/** A log that keeps its lines for the test. */
import type { Fields, Log, LogLevel } from '../../../src/observe/log/log-port.ts';

export interface NotedLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Fields;
}

export interface NotedLog {
  readonly log: Log;
  readonly lines: readonly NotedLine[];
  /** Of the lines. */
  readonly messages: readonly string[];
}

export function notedLog(): NotedLog {
  const lines: NotedLine[] = [];
  const messages: string[] = [];
  const write =
    (level: LogLevel) =>
    (message: string, fields: Fields = {}) => {
      lines.push({ level, message, fields });
      messages.push(message);
    };
  const log: Log = {
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    wants: () => true,
    setLevel: () => {},
  };
  return { log, lines, messages };
}
