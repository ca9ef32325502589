/**
 * Sends frames to a syslog server that may be slow, unreachable or restarting: opens a channel with
 * the first frame, opens a new one with growing waits when it breaks, and queues meanwhile.
 *
 * P9: the queue is bounded; lost frames are counted, and one frame reports their number when a
 * channel is open again. P10: `onOutage` reports the beginning of an outage once. Nothing here
 * keeps a thread alive, throws, or waits longer than the limit of `close`.
 */
import type { Channel, OpenChannel } from './channel.ts';

const QUEUE_FRAMES_MAX = 10_000;
const QUEUE_BYTES_MAX = 4 * 1024 * 1024;
const BACKOFF_BASE_MS = 200;
const BACKOFF_CAP_MS = 30_000;

export interface SyslogSenderOptions {
  readonly open: OpenChannel;
  /** The frame that reports the number of lost frames. */
  readonly droppedFrame: (count: number) => Buffer;
  readonly onOutage: (reason: string) => void;
  readonly onDropped: (count: number) => void;
  /** The bound of the queue, for tests. */
  readonly queueFramesMax?: number;
}

export class SyslogSender {
  readonly #options: SyslogSenderOptions;
  readonly #framesMax: number;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #dropped = 0;
  #channel: Channel | undefined;
  #ready = false;
  /** The time since which the channel takes nothing; monotonic. */
  #stalledAt: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #closed = false;
  #emptied: (() => void) | undefined;

  constructor(options: SyslogSenderOptions) {
    this.#options = options;
    this.#framesMax = options.queueFramesMax ?? QUEUE_FRAMES_MAX;
  }

  send(frame: Buffer): void {
    if (this.#closed) return;
    const full =
      this.#queue.length >= this.#framesMax || this.#queuedBytes + frame.length > QUEUE_BYTES_MAX;
    if (full) {
      this.#dropped++;
      return;
    }
    this.#queue.push(frame);
    this.#queuedBytes += frame.length;
    if (this.#channel === undefined && this.#timer === undefined) this.#open();
    else this.#pump();
  }

  /**
   * Sends the rest, if there is a channel and within this time. A channel that has taken nothing
   * for as long already is not waited for: every thread has one, and they close one after another.
   */
  async close(timeoutMs: number): Promise<void> {
    const stalledMs = this.#stalledAt === undefined ? 0 : performance.now() - this.#stalledAt;
    const isDown = this.#channel === undefined || stalledMs >= timeoutMs;
    this.#closed = true;
    clearTimeout(this.#timer);
    if (!isDown) await this.#leave(timeoutMs);
    this.#channel?.destroy();
    this.#channel = undefined;
    const left = this.#queue.length + this.#dropped;
    if (left > 0) this.#options.onDropped(left);
  }

  async #leave(timeoutMs: number): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, timeoutMs);
    const emptied = new Promise<void>((resolve) => {
      this.#emptied = resolve;
      this.#pump();
    });
    await Promise.race([emptied.then(() => this.#channel?.end()), late.promise]);
    clearTimeout(timer);
  }

  #open(): void {
    this.#timer = undefined;
    this.#ready = false;
    this.#stalledAt ??= performance.now();
    let isOver = false;
    const over = (act: () => void) => {
      if (isOver) return;
      act();
    };
    const channel = this.#options.open({
      onReady: () => over(() => this.#up()),
      onDown: (reason, unsent) =>
        over(() => {
          isOver = true;
          this.#down(reason, unsent);
        }),
    });
    // A channel that failed at once was counted already.
    if (isOver) channel.destroy();
    else this.#channel = channel;
  }

  #up(): void {
    this.#ready = true;
    this.#stalledAt = undefined;
    this.#pump();
  }

  #down(reason: string, unsent: readonly Buffer[]): void {
    this.#channel?.destroy();
    this.#channel = undefined;
    this.#ready = false;
    this.#takeBack(unsent);
    if (this.#failures === 0) this.#options.onOutage(reason);
    const waitMs = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** this.#failures++);
    if (this.#closed) return this.#emptied?.();
    this.#timer = setTimeout(() => this.#open(), waitMs * (0.5 + Math.random() / 2)).unref();
    return undefined;
  }

  #takeBack(unsent: readonly Buffer[]): void {
    const room = Math.max(0, this.#framesMax - this.#queue.length);
    const kept = unsent.slice(0, room);
    this.#dropped += unsent.length - kept.length;
    this.#queue.unshift(...kept);
    for (const frame of kept) this.#queuedBytes += frame.length;
  }

  #pump(): void {
    while (this.#ready && this.#channel !== undefined) {
      const frame = this.#dropped > 0 ? this.#droppedFrame() : this.#shift();
      if (frame === undefined) break;
      this.#failures = 0;
      this.#ready = this.#channel.write(frame);
      if (!this.#ready) this.#stalledAt = performance.now();
    }
    if (this.#queue.length === 0 && this.#dropped === 0) this.#emptied?.();
  }

  #droppedFrame(): Buffer {
    const count = this.#dropped;
    this.#dropped = 0;
    this.#options.onDropped(count);
    return this.#options.droppedFrame(count);
  }

  #shift(): Buffer | undefined {
    const frame = this.#queue.shift();
    this.#queuedBytes -= frame?.length ?? 0;
    return frame;
  }
}
