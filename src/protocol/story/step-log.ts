/**
 * The steps of one command, bounded: the first and the last twenty, and numbers of those between. A rollback that
 * never gives up (P5) makes attempts for days.
 */
import type { NodeReplyKind } from '../../core/model.ts';
import type { LeftOut, Step } from './step.ts';

/** As many from the beginning, and from the end. */
export const STEPS_KEPT = 20;

export class StepLog {
  readonly #kept: number;
  readonly #first: Step[] = [];
  /** A ring; `#added` says where it begins. */
  readonly #last: Step[] = [];
  #added = 0;
  #leftOutAt = 0;
  readonly #attempts: Record<string, Partial<Record<NodeReplyKind, number>>> = {};
  #others = 0;

  /** @param kept so many from the beginning, and from the end */
  constructor(kept = STEPS_KEPT) {
    this.#kept = kept;
  }

  add(step: Step): void {
    if (this.#first.length < this.#kept) {
      this.#first.push(step);
      return;
    }
    const place = this.#added++ % this.#kept;
    const old = this.#last[place];
    this.#last[place] = step;
    if (old !== undefined) this.#leaveOut(old);
  }

  #leaveOut(step: Step): void {
    if (this.#leftOutAt === 0) this.#leftOutAt = step.at;
    if (step.step !== 'attempt' || step.answer === undefined) {
      this.#others++;
      return;
    }
    const answers = this.#attempts[step.node] ?? {};
    answers[step.answer] = (answers[step.answer] ?? 0) + 1;
    this.#attempts[step.node] = answers;
  }

  /** In the order in which they were added; `left_out` stands where steps are missing. */
  steps(): Step[] {
    const begin = this.#last.length < this.#kept ? 0 : this.#added % this.#kept;
    const last = [...this.#last.slice(begin), ...this.#last.slice(0, begin)];
    return [...this.#first, ...this.#gap(), ...last];
  }

  #gap(): Step[] {
    if (this.#leftOutAt === 0) return [];
    const leftOut: LeftOut = {
      ...(Object.keys(this.#attempts).length === 0 ? {} : { attempts: this.#attempts }),
      ...(this.#others === 0 ? {} : { steps: this.#others }),
    };
    return [{ at: this.#leftOutAt, step: 'left_out', ...leftOut }];
  }
}
