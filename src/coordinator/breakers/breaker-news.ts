/**
 * Logs the changes of the breakers, and sends outages to main for the notices. An outage that lasts is an
 * error again once a minute, not with every trial that fails.
 */
import type { Log } from '../../observe/log/log-port.ts';
import type { RaisedNotice } from '../../observe/notify/notice-kinds.ts';
import type { BreakerEvent } from '../../protocol/answer.ts';
import { outageText } from './breaker-view.ts';

const AGAIN_MS = 60_000;

export interface BreakerNewsOptions {
  readonly log: Log;
  readonly now: () => number;
  readonly notify: (notice: RaisedNotice) => void;
}

export class BreakerReporter {
  readonly #options: BreakerNewsOptions;
  /** When an error of this node was logged last. */
  readonly #erredAt = new Map<string, number>();

  constructor(options: BreakerNewsOptions) {
    this.#options = options;
  }

  take(event: BreakerEvent): void {
    const { node, from, state, nextTrialInMs, trialsFailed } = event;
    const { log, notify } = this.#options;
    if (state === 'half_open') return log.info('a breaker is half-open: trying its node', { node });
    if (state === 'closed') {
      this.#erredAt.delete(node);
      log.info('a breaker closed', { node, from });
      return notify({ kind: 'breaker_closed', node });
    }
    const cause = outageText(event);
    const details = { node, from, cause, trialsFailed, nextTrialInMs };
    // An operator opened it, and the log has the name.
    if (event.forced === true) log.warn('a breaker opened', details);
    else if (this.#noteErrorIfNew(node)) log.error('a breaker opened', details);
    else log.info('a breaker opened again', details);
    if (from === 'closed') notify({ kind: 'breaker_open', node, cause });
    return undefined;
  }

  /** @returns whether the latest error of this node is a while ago; this one is then the latest */
  #noteErrorIfNew(node: string): boolean {
    const now = this.#options.now();
    const erredAt = this.#erredAt.get(node);
    if (erredAt !== undefined && now - erredAt < AGAIN_MS) return false;
    this.#erredAt.set(node, now);
    return true;
  }
}
