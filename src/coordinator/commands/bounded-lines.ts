/**
 * Lines of the log about commands: a flood of them is cut (P9). Those left out are counted, and the count is logged at the
 * end of the window.
 */
import type { Fields, Log } from '../../observe/log/log-port.ts';
import type { CoordinatorPorts } from '../ports.ts';

/** Lines written in one window. */
const LINES_MAX = 20;
const WINDOW_MS = 10_000;

export class BoundedLines {
  readonly #log: Log;
  readonly #ports: Pick<CoordinatorPorts, 'now' | 'at'>;
  /** Lines written in this window. */
  #lines = 0;
  #leftOut = 0;
  #windowEnds = Number.NEGATIVE_INFINITY;

  constructor(log: Log, ports: Pick<CoordinatorPorts, 'now' | 'at'>) {
    this.#log = log;
    this.#ports = ports;
  }

  /** The fields are made only if the line is written. */
  write(level: 'info' | 'warn', message: string, fields: () => Fields): void {
    const now = this.#ports.now();
    if (now >= this.#windowEnds) {
      this.#windowEnds = now + WINDOW_MS;
      this.#lines = 0;
    }
    if (this.#lines < LINES_MAX) {
      this.#lines++;
      return this.#log[level](message, fields());
    }
    if (this.#leftOut === 0) this.#ports.at(this.#windowEnds, () => this.#logLeftOut(level));
    this.#leftOut++;
    return undefined;
  }

  #logLeftOut(level: 'info' | 'warn'): void {
    const hint = 'LOCKSTEP_LOG_LEVEL=debug writes all of them';
    this.#log[level]('log lines about commands were left out (rate limit)', {
      count: this.#leftOut,
      hint,
    });
    this.#leftOut = 0;
  }
}
