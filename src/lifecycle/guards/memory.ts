/**
 * Says in the log when the process comes near to the memory at which its supervisor starts it anew,
 * and when it has left that again: a limit that is too small shows before it strikes. It acts on
 * nothing: that is the supervisor's (`max_memory_restart` of pm2). Nor does it end what it watches: to read
 * the figure takes a descriptor, and there may be none left.
 */
import type { Log } from '../../observe/log/log-port.ts';

const LOOK_MS = 5000;
const NEAR = 0.9;
/** Below this share it is well again: it does not flap at the limit. */
const WELL = 0.8;

export interface MemoryGuardOptions {
  readonly limitBytes: number;
  readonly log: Log;
  /** What the process takes now, in bytes. */
  readonly resident?: () => number;
}

export class MemoryGuard {
  readonly #options: MemoryGuardOptions;
  #isNear = false;
  #isRead = true;

  constructor(options: MemoryGuardOptions) {
    this.#options = options;
  }

  watch(): void {
    setInterval(() => this.look(), LOOK_MS).unref();
  }

  look(): void {
    const { limitBytes, log } = this.#options;
    const residentBytes = this.#read();
    if (residentBytes === undefined) return;
    const isNear = residentBytes > limitBytes * (this.#isNear ? WELL : NEAR);
    if (isNear === this.#isNear) return;
    this.#isNear = isNear;
    const seen = { residentBytes, limitBytes };
    if (!isNear) log.info('memory use is below its limit again', seen);
    else {
      const hint = 'At the limit the supervisor starts the daemon anew: see memoryLimitBytes.';
      log.warn('memory use is near its limit', { ...seen, hint });
    }
  }

  /** Undefined if it cannot be read, which is told once. */
  #read(): number | undefined {
    const { log, resident = () => process.memoryUsage.rss() } = this.#options;
    try {
      const bytes = resident();
      this.#isRead = true;
      return bytes;
    } catch (error) {
      if (this.#isRead) log.warn('memory use cannot be read; trying again', { error });
      this.#isRead = false;
      return undefined;
    }
  }
}
