/**
 * Says in the log when the process comes near to the memory at which its supervisor starts it anew,
 * and when it has left that again: a limit that is too small shows before it strikes. It acts on
 * nothing: that is the supervisor's (`max_memory_restart` of pm2).
 */
import type { Log } from '../observe/log-port.ts';

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

  constructor(options: MemoryGuardOptions) {
    this.#options = options;
  }

  watch(): void {
    setInterval(() => this.look(), LOOK_MS).unref();
  }

  look(): void {
    const { limitBytes, log, resident = () => process.memoryUsage.rss() } = this.#options;
    const residentBytes = resident();
    const isNear = residentBytes > limitBytes * (this.#isNear ? WELL : NEAR);
    if (isNear === this.#isNear) return;
    this.#isNear = isNear;
    const seen = { residentBytes, limitBytes };
    if (!isNear) log.info('memory is well below its limit again', seen);
    else {
      const hint = 'At the limit the supervisor starts the daemon anew: see memoryLimitBytes.';
      log.warn('memory comes near to its limit', { ...seen, hint });
    }
  }
}
