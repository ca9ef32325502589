/**
 * The log: one line for each event, `time app thread level message` plus fields, the same in every
 * thread. Each thread has its own log and needs no other thread to write: a hung main silences no
 * other thread.
 *
 * Errors go to stderr, the rest to stdout, and all of it to syslog if there is one. A write never
 * waits and never throws; every queue is bounded and reports the lines that it lost. Nothing on the
 * hot path logs each command above debug: a line costs more than a command.
 */
import { Writable } from 'node:stream';
import { createLogger, transports } from 'winston';
import { openSyslog, type Syslog } from '../syslog/open.ts';
import { DescriptorWriter } from './descriptor-writer.ts';
import { LINE_BYTES_MAX, LineRing } from './line-ring.ts';
import { jsonLine, type LogEvent, type Origin, storedLine, textLine } from './log-line.ts';
import type { LogPlan } from './log-plan.ts';
import type { Fields, Log, LogLevel } from './log-port.ts';
import { type RecentLine, RecentLines } from './recent-lines.ts';

const LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];
/** At a stop, the syslog server gets this long for the last lines. */
const CLOSE_MS_MAX = 1000;
const SHORT_CHARS = 1000;

export interface LogOptions extends LogPlan, Origin {
  /** Values that no line may contain. */
  readonly secrets?: readonly string[];
}

export interface OpenLog extends Log {
  /** The latest lines of this thread. */
  readonly recent: readonly RecentLine[];
  /** Sends the last lines; takes one second at most. */
  close(): Promise<void>;
}

export function openLog(options: LogOptions): OpenLog {
  const { app, thread, level, format } = options;
  const origin = { app, thread };
  const clean = cleaner(options.secrets ?? []);
  const line = (event: LogEvent) =>
    clean(format === 'json' ? jsonLine(event, origin) : textLine(event, origin));
  const terminal = openConsole(options.console, line);
  const syslog = openSyslogOf(options, {
    clean,
    complain: (message) => terminal.complain(message),
  });
  const ring = options.ring === undefined ? undefined : new LineRing(options.ring);
  const recent = new RecentLines();
  recent.rideOnCrash();
  const logger = createLogger({
    level,
    transports: [
      sinkTo((event) => {
        recent.note(event);
        terminal.write(event);
        if (ring !== undefined) keepIn(ring, event, { thread, clean });
        syslog?.send(event);
      }),
    ],
  });
  let now = LEVELS.indexOf(level);
  const wants = (at: LogLevel): boolean => LEVELS.indexOf(at) <= now;
  const write =
    (at: LogLevel) =>
    (message: string, fields: Fields = {}): void => {
      // The level is checked first: a disabled line must cost almost nothing, and winston takes 3
      // µs.
      if (wants(at)) logger.log({ level: at, message, fields, time: new Date() });
    };
  return {
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    wants,
    setLevel: (next) => {
      now = LEVELS.indexOf(next);
      logger.level = next;
    },
    get recent() {
      return recent.all;
    },
    close: async () => {
      await syslog?.close(CLOSE_MS_MAX);
    },
  };
}

/** A line with more fields than the ring takes is kept without them. */
function keepIn(
  ring: LineRing,
  event: LogEvent,
  { thread, clean }: { readonly thread: string; readonly clean: (text: string) => string },
): void {
  const line = clean(storedLine(event, thread));
  const isTooLong = Buffer.byteLength(line) > LINE_BYTES_MAX;
  const short = { ...event, message: event.message.slice(0, SHORT_CHARS), fields: {} };
  ring.write(isTooLong ? clean(storedLine(short, thread)) : line);
}

/** Hands on each event at once, so that no buffer of winston fills. */
function sinkTo(take: (event: LogEvent) => void): transports.StreamTransportInstance {
  const stream = new Writable({
    objectMode: true,
    write: (event: LogEvent, _, next) => {
      take(event);
      next();
    },
  });
  return new transports.Stream({ stream });
}

interface Console {
  write(event: LogEvent): void;
  /** For problems of the log itself, which has no other place. */
  complain(message: string): void;
}

function openConsole(kind: LogPlan['console'], line: (event: LogEvent) => string): Console {
  const writerTo = (descriptor: number) =>
    new DescriptorWriter({
      descriptor,
      droppedLine: (count) => line(warning('log lines were lost here', { count })),
    });
  const [out, err] = [writerTo(1), writerTo(2)];
  process.on('exit', () => {
    out.flush();
    err.flush();
  });
  return {
    write: (event) => {
      if (kind === 'none' || (kind === 'errors' && event.level !== 'error')) return;
      (event.level === 'error' ? err : out).write(line(event));
    },
    complain: (message) => {
      if (kind !== 'none') err.write(line(warning(message)));
    },
  };
}

function openSyslogOf(
  { syslog: target, format, app, thread }: LogOptions,
  how: { clean: (text: string) => string; complain: (message: string) => void },
): Syslog | undefined {
  if (target.kind === 'none') return undefined;
  return openSyslog({ target, format, origin: { app, thread }, ...how });
}

function warning(message: string, fields: Fields = {}): LogEvent {
  return { time: new Date(), level: 'warn', message, fields };
}

function cleaner(secrets: readonly string[]): (text: string) => string {
  if (secrets.length === 0) return (text) => text;
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
}
