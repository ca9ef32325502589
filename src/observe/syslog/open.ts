/** Opens the channel to the chosen syslog server, and formats its lines. */
import { hostname } from 'node:os';
import { jsonLine, type LogEvent, messageText, type Origin } from '../log/log-line.ts';
import type { SyslogTarget } from '../log/log-plan.ts';
import type { LogFormat } from '../log/log-port.ts';
import type { OpenChannel } from './channel.ts';
import { loggerFrame, rfc5424Frame } from './frame.ts';
import { loggerChannel } from './logger-channel.ts';
import { SyslogSender } from './sender.ts';
import { streamChannel } from './stream-channel.ts';
import { udpChannel } from './udp-channel.ts';

export interface Syslog {
  send(event: LogEvent): void;
  close(timeoutMs: number): Promise<void>;
}

export interface SyslogOptions {
  readonly target: Exclude<SyslogTarget, { kind: 'none' }>;
  readonly origin: Origin;
  readonly format: LogFormat;
  /** Reports a problem of syslog itself, which needs another place. */
  readonly complain: (message: string) => void;
  /** Removes secrets. */
  readonly clean: (text: string) => string;
}

export function openSyslog({ target, origin, format, complain, clean }: SyslogOptions): Syslog {
  const { app, thread } = origin;
  const own = { hostname: hostname(), app, thread, pid: process.pid };
  const frame = (event: LogEvent): Buffer => {
    const { level, time } = event;
    const text = clean(
      format === 'json' ? jsonLine(event, origin) : `${thread} ${level} ${messageText(event)}`,
    );
    return target.kind === 'unix'
      ? loggerFrame(level, text)
      : rfc5424Frame({ ...own, time, level }, text);
  };
  const sender = new SyslogSender({
    open: openerOf(target, app),
    droppedFrame: (count) => frame(droppedEvent(count)),
    onOutage: (reason) => complain(`syslog ${nameOf(target)} accepts no lines: ${reason}`),
    onDropped: (count) => complain(`syslog ${nameOf(target)} lost ${count} lines`),
  });
  return {
    send: (event) => sender.send(frame(event)),
    close: (timeoutMs) => sender.close(timeoutMs),
  };
}

function openerOf(target: SyslogOptions['target'], app: string): OpenChannel {
  if (target.kind === 'unix') return loggerChannel({ path: target.path, app });
  if (target.kind === 'udp') return udpChannel(target);
  return streamChannel({ ...target, kind: target.kind });
}

function droppedEvent(count: number): LogEvent {
  return {
    time: new Date(),
    level: 'warn',
    message: 'log lines were lost here',
    fields: { count },
  };
}

function nameOf(target: SyslogOptions['target']): string {
  return target.kind === 'unix' ? target.path : `${target.kind}://${target.host}:${target.port}`;
}
