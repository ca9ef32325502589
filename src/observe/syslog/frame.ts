/** A line in the form for a syslog server: RFC 5424, and the input of `logger --prio-prefix`. */
import type { LogLevel } from '../log/log-port.ts';

export interface SyslogHeader {
  readonly time: Date;
  readonly level: LogLevel;
  readonly hostname: string;
  readonly app: string;
  readonly pid: number;
  /** The value of MSGID. */
  readonly thread: string;
}

/** Facility 3: system daemons. */
const FACILITY = 3;
const SEVERITIES: Readonly<Record<LogLevel, number>> = { error: 3, warn: 4, info: 6, debug: 7 };
/** The default maximum of rsyslog for one message (8 KiB), with the header. */
const FRAME_BYTES_MAX = 8000;

export function rfc5424Frame(header: SyslogHeader, text: string): Buffer {
  const { time, level, hostname, app, pid, thread } = header;
  const names = `${name(hostname, 255)} ${name(app, 48)} ${pid} ${name(thread, 32)}`;
  return cut(`<${priority(level)}>1 ${time.toISOString()} ${names} - ${text}`);
}

/** One line; `logger` adds time and names. */
export function loggerFrame(level: LogLevel, text: string): Buffer {
  return Buffer.concat([cut(`<${priority(level)}>${text}`), Buffer.from('\n')]);
}

function priority(level: LogLevel): number {
  return FACILITY * 8 + SEVERITIES[level];
}

/** Printable ASCII without spaces; `-` for an empty value. */
function name(text: string, charsMax: number): string {
  return text.replaceAll(/[^!-~]/g, '_').slice(0, charsMax) || '-';
}

/** Cuts between characters only. */
function cut(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length <= FRAME_BYTES_MAX) return bytes;
  let end = FRAME_BYTES_MAX - 3;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return Buffer.concat([bytes.subarray(0, end), Buffer.from('…')]);
}
