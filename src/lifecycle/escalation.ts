/**
 * Explains a shutdown that takes too long. From `escalateMs` on: debug logging, and every 2 s the
 * threads that still run with their activity, and every open ZeroMQ socket with the line of code
 * that opened it. The threads are ordered to close them. At `hardExitMs` the process exits with 1,
 * whatever still runs.
 */
import type { Log } from '../observe/log/log-port.ts';
import type { Threads } from './threads.ts';

const REPEAT_MS = 2000;
const EXIT_FAILED = 1;

export interface EscalationOptions {
  readonly threads: Threads;
  readonly log: Log;
  /** Both count from the start of the shutdown. */
  readonly escalateMs: number;
  readonly hardExitMs: number;
  /** Debug logging, in every thread. */
  readonly logMore: () => void;
  readonly exit: (code: number) => never;
}

/** Call when the shutdown begins. */
export function startEscalation(options: EscalationOptions): void {
  const { log, escalateMs, hardExitMs, logMore, exit } = options;
  setTimeout(() => {
    log.warn(`shutting down takes longer than ${seconds(escalateMs)}: debug logging from here on`);
    logMore();
    listRemains(options);
    setInterval(() => listRemains(options), REPEAT_MS).unref();
  }, escalateMs).unref();
  // Not unref'd: it is the one timer that surely ends the process.
  setTimeout(() => {
    log.error(`threads did not end within ${seconds(hardExitMs)}, exiting with code 1`, {
      threads: options.threads.names,
    });
    exit(EXIT_FAILED);
  }, hardExitMs);
}

function listRemains({ threads, log }: EscalationOptions): void {
  for (const name of threads.names) {
    const { activity, beats, progress } = threads.reading(name);
    log.debug(`still running: thread ${name}`, { activity, beats, progress });
    for (const socket of threads.sockets(name)) {
      log.debug(`still open: socket ${socket.name} of ${name}`, { madeAt: socket.madeAt });
    }
  }
  for (const name of threads.lingering) threads.abandon(name);
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
