/** The destinations of log lines, decided once, in main, for all threads. */
import type { LogFormat, LogLevel } from './log-port.ts';

export type SyslogTarget =
  | { readonly kind: 'udp' | 'tcp' | 'tls'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'none' };

/** Goes to every thread with its data. */
export interface LogPlan {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** The lines that the console gets. */
  readonly console: 'all' | 'errors' | 'none';
  readonly syslog: SyslogTarget;
  /** The memory of the last lines (`line-ring.ts`); absent: they are not kept. */
  readonly ring?: SharedArrayBuffer;
}

interface LogSettings {
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly logConsole: 'auto' | 'on' | 'off';
  readonly syslogAddress: SyslogTarget;
}

/**
 * Errors go to stderr even if syslog has all lines: a person who starts the daemon by hand looks
 * there.
 */
export function planLog(settings: LogSettings, isTerminal: boolean): LogPlan {
  const { logLevel: level, logFormat: format, logConsole, syslogAddress: syslog } = settings;
  const plan = (console: LogPlan['console']): LogPlan => ({ level, format, console, syslog });
  if (logConsole === 'off') return plan('none');
  return plan(logConsole === 'on' || isTerminal || syslog.kind === 'none' ? 'all' : 'errors');
}
