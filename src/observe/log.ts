/**
 * The log: one line per event, `time app thread level message` plus fields, the same in every
 * thread. Errors go to stderr, the rest to stdout.
 *
 * Nothing on the hot path logs per command above debug: a line costs more than a command.
 */
import { createLogger, format, transports } from 'winston';
import type { Fields, Log, LogFormat, LogLevel } from './log-port.ts';

export interface LogOptions {
  readonly app: string;
  readonly thread: string;
  readonly level: LogLevel;
  readonly format: LogFormat;
}

export function openLog({ app, thread, level, format: shape }: LogOptions): Log {
  const line = format.printf(({ timestamp, level: at, message, fields }) => {
    const tail = Object.entries(fields as Fields).map(([key, value]) => ` ${key}=${show(value)}`);
    return `${String(timestamp)} ${app} ${thread} ${at} ${String(message)}${tail.join('')}`;
  });
  const json = format.printf(({ timestamp, level: at, message, fields }) =>
    JSON.stringify({ timestamp, app, thread, level: at, message, ...plain(fields as Fields) }),
  );
  const logger = createLogger({
    level,
    format: format.combine(format.timestamp(), shape === 'json' ? json : line),
    transports: [new transports.Console({ stderrLevels: ['error'] })],
  });
  const write =
    (at: LogLevel) =>
    (message: string, fields: Fields = {}): void => {
      logger.log({ level: at, message, fields });
    };
  return {
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    setLevel: (next) => {
      logger.level = next;
    },
  };
}

function show(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(value.stack ?? value.message);
  if (typeof value === 'string' && /^[\w./:@%+-]+$/.test(value)) return value;
  return JSON.stringify(value) ?? 'undefined';
}

function plain(fields: Fields): Fields {
  const entries = Object.entries(fields).map(([key, value]) => [
    key,
    value instanceof Error ? (value.stack ?? value.message) : value,
  ]);
  return Object.fromEntries(entries);
}
