/**
 * A question to the executors that many clients may ask at once is sent once. Clients that ask while it is under
 * way share the next round, so that no answer is older than its question (P9).
 */
import type { Answer } from '../../protocol/answer.ts';
import type { Respond } from '../ports.ts';
import { busy } from './looks.ts';

const ASKERS_MAX = 5000;

export class Rounds<Shape extends Answer> {
  readonly #begin: (done: Respond<Shape>) => void;
  #isUnderWay = false;
  /** The clients of the next round. */
  #askers: Respond<Shape>[] = [];

  /** @param begin sends the question; it calls `done` once, within a bounded time (P9) */
  constructor(begin: (done: Respond<Shape>) => void) {
    this.#begin = begin;
  }

  ask(respond: Respond<Shape>): void {
    if (this.#askers.length >= ASKERS_MAX) return respond(busy());
    this.#askers.push(respond);
    if (!this.#isUnderWay) this.#next();
  }

  #next(): void {
    const askers = this.#askers;
    this.#askers = [];
    this.#isUnderWay = askers.length > 0;
    if (!this.#isUnderWay) return;
    this.#begin((answer) => {
      for (const respond of askers) respond(answer);
      this.#next();
    });
  }
}
