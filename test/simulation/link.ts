/** One direction between two threads: messages in order, as JSON, each with a delay of its own. */
import type { Prng } from '../core/model/prng.ts';
import type { Range } from './plan.ts';

export interface LinkOptions<Message> {
  readonly delay: Range;
  readonly prng: Prng;
  readonly now: () => number;
  /** Runs an action at that time, if this run of the process lasts. */
  readonly at: (time: number, act: () => void) => void;
  readonly deliver: (message: Message) => void;
}

export class Link<Message> {
  readonly #options: LinkOptions<Message>;
  #lastAt = 0;

  constructor(options: LinkOptions<Message>) {
    this.#options = options;
  }

  send(message: Message): void {
    const { delay, prng, now, at, deliver } = this.#options;
    const [least, most] = delay;
    const copy = JSON.parse(JSON.stringify(message)) as Message;
    this.#lastAt = Math.max(this.#lastAt, now() + prng.between(least, most));
    at(this.#lastAt, () => deliver(copy));
  }
}
