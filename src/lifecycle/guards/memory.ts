/**
 * Warns when the process comes near the memory at which its supervisor restarts it, and logs when
 * it is well below again: so a limit that is too low shows in time. It only logs: to act is the
 * supervisor's part (`max_memory_restart` of pm2). It never ends the process either: reading the
 * figure takes a descriptor, and there may be none left.
 */
import type { Log } from '../../observe/log/log-port.ts';

const LOOK_MS = 5000;
const NEAR = 0.9;
/** Below this share memory is normal again, so that the warning does not flap at the limit. */
const WELL = 0.8;

export interface MemoryGuardOptions {
  readonly limitBytes: number;
  readonly log: Log;
  /** Memory of the process now, in bytes. */
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
      const hint = 'At the limit the supervisor restarts the daemon: see memoryLimitBytes.';
      log.warn('memory use is near its limit', { ...seen, hint });
    }
  }

  /** Undefined if it cannot be read; logged once. */
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
