/**
 * One call of the dialect's health path: whether the node works, for a trial of its breaker. It names no key and no
 * command.
 */
import type { HealthSignal } from '../core/breaker/breaker.ts';
import { ANSWER_BYTES_MAX } from './access/limits.ts';
import type { Codec } from './dialect/codec.ts';
import type { Dialect } from './dialect/dialect.ts';
import { describeReply } from './dialect/last-response.ts';
import { meets } from './dialect/proof.ts';
import { healthSignalOf } from './health-signal.ts';
import type { Response } from './http/response-reader.ts';
import {
  type ExchangeMeans,
  type ExchangeOwner,
  HttpExchange,
  type Unanswered,
} from './http-exchange.ts';

export interface HealthFinding {
  /** `unclear`: an answer that is not the dialect's. The path may be a proxy's: a read of a key tells more. */
  readonly signal: HealthSignal | 'unclear';
  readonly detail: string;
}

export interface HealthMeans extends ExchangeMeans {
  readonly codec: Codec;
  readonly health: NonNullable<Dialect['health']>;
}

export class HealthCall implements ExchangeOwner<HealthFinding> {
  readonly answerBytesMax = ANSWER_BYTES_MAX;
  readonly isUrgent = true;
  readonly #means: HealthMeans;
  readonly #done: (finding: HealthFinding) => void;
  readonly #exchange: HttpExchange<HealthFinding>;
  #isGivenUp = false;

  /** @param done called once, and not before this returns */
  constructor(means: HealthMeans, done: (finding: HealthFinding) => void) {
    this.#means = means;
    this.#done = done;
    this.#exchange = new HttpExchange(means, this);
    this.#exchange.begin();
  }

  /** The caller gives the call up. */
  abort(): void {
    this.#isGivenUp = !this.#exchange.isOver;
    this.#exchange.giveUp('given up');
  }

  write(): string {
    return this.#means.codec.writeHealth();
  }

  read(response: Response): HealthFinding {
    const { codec, health } = this.#means;
    const detail = describeReply(response, (text) => codec.redact(text));
    if (response.status >= 500) return { signal: 'bad', detail };
    return { signal: isHealthy(health, response) ? 'good' : 'unclear', detail };
  }

  ended(ending: HealthFinding | Unanswered): void {
    if ('signal' in ending) return this.#done(ending);
    const { startedAt, isOurs } = this.#exchange;
    const isStarted = startedAt !== undefined;
    const course = { status: undefined, isStarted, isOurs, isGivenUp: this.#isGivenUp };
    return this.#done({ signal: healthSignalOf(ending, course), detail: ending.detail });
  }
}

/** Whether the answer is that of a node that works. */
export function isHealthy(
  { status, text }: NonNullable<Dialect['health']>,
  reply: Pick<Response, 'status' | 'body'>,
): boolean {
  return meets({ status, ...(text === null ? {} : { text: [text] }) }, reply, { groupId: '' });
}
