/**
 * The queue of notices of one route: at most one message every `intervalMs`, with all notices that
 * have gathered. A failed message is sent again with growing waits, and not before the time that
 * the service asked for.
 *
 * P9: the queue is bounded and counts the notices beyond; every call has a timeout; only `close`
 * waits for it, for a given time. P10: an outage is logged when it begins, and when notices are
 * dropped.
 */
import type { Log } from '../log/log-port.ts';
import type { Delivery, Notice, Route } from './notice.ts';

const QUEUE_MAX = 20;
const ATTEMPTS_MAX = 5;
const POST_MS = 5000;
const RETRY_CAP_MS = 5 * 60 * 1000;
/** Upper bound of a pause that the service asks for. */
const ASKED_WAIT_MS_MAX = 15 * 60 * 1000;

export interface NotifierOptions {
  readonly route: Route;
  readonly deviceName: string;
  readonly intervalMs: number;
  readonly log: Log;
  readonly onDelivered: (notices: readonly Notice[]) => void;
}

export class Notifier {
  readonly #options: NotifierOptions;
  #queue: Notice[] = [];
  #omitted = 0;
  #attempts = 0;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  /** Monotonic ms: nothing is sent earlier. */
  #notBefore = 0;
  /** The service asked for this pause: it holds at a stop too. */
  #isAskedToWait = false;
  #isClosed = false;

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  notify(notice: Notice): void {
    if (this.#isClosed) return;
    if (this.#queue.length < QUEUE_MAX) this.#queue.push(notice);
    else this.#omitted++;
    this.#schedule();
  }

  /** Sends all waiting notices, without the usual interval; waits for the given time at most. */
  async close(timeoutMs: number): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, timeoutMs);
    await Promise.race([this.#sendRest(timeoutMs), late.promise]);
    clearTimeout(timer);
    const left = this.#queue.length + this.#omitted;
    if (left > 0)
      this.#options.log.warn(`${this.#options.route.name}: notices are lost`, { count: left });
  }

  async #sendRest(timeoutMs: number): Promise<void> {
    await this.#sending;
    const mustWait = this.#isAskedToWait && performance.now() < this.#notBefore;
    if (this.#queue.length > 0 && !mustWait) await this.#send(timeoutMs);
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#sending !== undefined || this.#isClosed) return;
    if (this.#queue.length === 0) return;
    const waitMs = Math.max(0, this.#notBefore - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#sending = this.#send(POST_MS).finally(() => {
        this.#sending = undefined;
        this.#schedule();
      });
    }, waitMs).unref();
  }

  async #send(timeoutMs: number): Promise<void> {
    const { route, deviceName, intervalMs } = this.#options;
    const notices = this.#queue.splice(0);
    const omitted = this.#omitted;
    this.#omitted = 0;
    const delivery = await route.deliver({ deviceName, notices, omitted }, timeoutMs);
    this.#isAskedToWait = false;
    this.#notBefore = performance.now() + intervalMs;
    if (delivery.kind === 'delivered') {
      this.#attempts = 0;
      this.#options.onDelivered(notices);
    } else if (delivery.kind === 'refused' || ++this.#attempts >= ATTEMPTS_MAX) {
      this.#giveUp(notices.length + omitted, delivery.reason);
    } else {
      this.#takeBack(notices, omitted);
      this.#waitFor(delivery);
    }
  }

  #giveUp(count: number, reason: string): void {
    this.#attempts = 0;
    const { log, route } = this.#options;
    log.warn(`${route.name}: notices were dropped after failed attempts`, { count, reason });
  }

  /** Put back in front of newer notices. */
  #takeBack(notices: readonly Notice[], omitted: number): void {
    const all = [...notices, ...this.#queue];
    this.#queue = all.slice(0, QUEUE_MAX);
    this.#omitted += omitted + all.length - this.#queue.length;
  }

  #waitFor({ reason, afterMs = 0 }: Extract<Delivery, { kind: 'later' }>): void {
    const { log, route, intervalMs } = this.#options;
    if (this.#attempts === 1)
      log.warn(`${route.name}: sending a notice failed; retrying`, { reason });
    const backoffMs = Math.min(RETRY_CAP_MS, intervalMs * 2 ** (this.#attempts - 1));
    this.#isAskedToWait = afterMs > 0;
    const askedMs = Math.min(ASKED_WAIT_MS_MAX, afterMs);
    this.#notBefore = performance.now() + Math.max(intervalMs, askedMs, backoffMs);
  }
}
