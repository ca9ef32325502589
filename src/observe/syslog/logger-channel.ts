/**
 * Syslog through a local socket such as /dev/log. Node can't open unix datagram sockets, so
 * util-linux's `logger` does it, one process for each thread that logs. It reads one frame a line,
 * and ends when its stdin ends, also if the daemon is killed
 * (docs/decisions/020-log-from-every-thread.md).
 *
 * A stop signal for the whole process tree must not end it before the last line: its shell ignores
 * such signals.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { type Channel, type ChannelEvents, type OpenChannel, reasonOf } from './channel.ts';

/** Room in the frame for the header that `logger` writes. */
const LINE_BYTES_MAX = '16384';
const STALL_MS = 10_000;
/** If nothing listens on the socket, `logger` ends well within this time. */
const PROBE_MS = 100;
const SCRIPT = `trap '' INT TERM HUP; exec logger --socket "$1" --tag "$2" --id="$3" --prio-prefix --size ${LINE_BYTES_MAX} --socket-errors=on`;

export interface LoggerAddress {
  readonly path: string;
  readonly app: string;
}

export function loggerChannel(address: LoggerAddress): OpenChannel {
  return (events) => new LoggerChannel(address, events);
}

class LoggerChannel implements Channel {
  readonly #events: ChannelEvents;
  readonly #child: ChildProcess;
  /** Frames that are not in the pipe yet, and the latest frame in it. */
  readonly #unsent: Buffer[] = [];
  #last: Buffer | undefined;
  #stallTimer: NodeJS.Timeout | undefined;
  #isOver = false;
  readonly #gone = Promise.withResolvers<void>();

  constructor({ path, app }: LoggerAddress, events: ChannelEvents) {
    this.#events = events;
    const words = ['-c', SCRIPT, 'sh', path, app, String(process.pid)];
    this.#child = spawn('/bin/sh', words, { stdio: ['pipe', 'ignore', 'ignore'] });
    this.#child.unref();
    const { stdin } = this.#child;
    (stdin as unknown as { unref?: () => void } | null)?.unref?.();
    this.#stallTimer = setTimeout(() => events.onReady(), PROBE_MS).unref();
    stdin?.on('error', (error) => this.#down(reasonOf(error)));
    stdin?.on('drain', () => this.#proceed());
    this.#child
      .once('error', (error) => this.#down(reasonOf(error)))
      .once('exit', (code) => {
        // Its stdin was closed, so it ends.
        if (code === 0 && stdin?.writableEnded === true) this.destroy();
        else this.#down(`logger ended with ${code ?? 'a signal'}`);
      });
  }

  write(frame: Buffer): boolean {
    this.#unsent.push(frame);
    const more = this.#child.stdin?.write(frame, (error) => {
      if (!error) this.#last = this.#unsent.shift();
    });
    if (more !== false) return true;
    clearTimeout(this.#stallTimer);
    this.#stallTimer = setTimeout(() => this.#down('logger stopped reading'), STALL_MS).unref();
    return false;
  }

  destroy(): void {
    this.#isOver = true;
    clearTimeout(this.#stallTimer);
    this.#child.stdin?.destroy();
    this.#gone.resolve();
  }

  /** Resolves when it has passed on all lines and has ended. */
  async end(): Promise<void> {
    if (this.#isOver) return;
    this.#child.stdin?.end();
    await this.#gone.promise;
  }

  #proceed(): void {
    clearTimeout(this.#stallTimer);
    this.#events.onReady();
  }

  #down(reason: string): void {
    if (this.#isOver) return;
    const unsent = this.#last === undefined ? [...this.#unsent] : [this.#last, ...this.#unsent];
    this.destroy();
    this.#events.onDown(reason, unsent);
  }
}
