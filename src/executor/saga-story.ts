/**
 * The steps of one saga, in memory while it runs. A command that simply succeeds leaves none; those of any other
 * go to the journal with its settlement.
 */
import type { DurableEntry, NodeReplyKind, Settlement } from '../core/model.ts';
import { byTime, type Step } from '../protocol/story/step.ts';
import { STEPS_KEPT, StepLog } from '../protocol/story/step-log.ts';
import type { Attempt } from './ports.ts';

/** Answers of exchanges that went as they should. */
const EXPECTED: ReadonlySet<NodeReplyKind> = new Set(['applied', 'present', 'absent']);

export class SagaStory {
  /** Attempts have a bound of their own: many of them must not push the other steps out. */
  readonly #attempts: StepLog;
  #others: StepLog | undefined;
  #detail: string | undefined;
  /** When it began to wait for the breaker of a node. */
  #heldSince: Map<string, number> | undefined;
  #isPlain = true;

  /** @param stepsKept attempts that are kept, from the beginning and from the end */
  constructor(stepsKept = STEPS_KEPT) {
    this.#attempts = new StepLog(stepsKept);
  }

  /** The steps to keep with the settlement: none if the command simply succeeded. */
  toKeep({ state }: Settlement): { readonly story?: readonly Step[] } {
    return this.#isPlain && state === 'committed' ? {} : { story: this.steps() };
  }

  /** @param at when it began @param detail of its reply, without the content of a record */
  attempt(at: number, { node, number, request, answer, ms }: Attempt, detail: string): void {
    const { kind } = answer;
    if (!EXPECTED.has(kind)) this.#isPlain = false;
    this.#attempts.add({
      at,
      step: 'attempt',
      node,
      number,
      request: request.kind,
      ms: Math.round(ms),
      answer: kind,
      detail: this.#shared(detail),
    });
  }

  /** A node that fails says the same again and again: that is in memory once. */
  #shared(detail: string): string {
    if (detail !== this.#detail) this.#detail = detail;
    return this.#detail;
  }

  entry(entry: DurableEntry): void {
    const { at } = entry;
    if (entry.kind === 'settled') return;
    if (entry.kind === 'began') return this.#other({ at, step: 'began' });
    this.#isPlain = false;
    if (entry.kind === 'turned') this.#other({ at, step: 'turned', reason: entry.reason });
    else if (entry.kind === 'stuck') this.#other({ at, step: 'stuck' });
    else {
      const { node, direction } = entry;
      this.#other({ at, step: 'node_turned', node, direction });
    }
    return undefined;
  }

  /** An earlier life of the daemon may have driven it. */
  resumed(entries: readonly DurableEntry[], at: number): void {
    for (const entry of entries) this.entry(entry);
    this.#isPlain = false;
    this.#other({ at, step: 'resumed' });
  }

  /** An exchange with this node is held: its breaker is not closed. */
  held(node: string, now: number): void {
    this.#isPlain = false;
    this.#heldSince ??= new Map();
    if (!this.#heldSince.has(node)) this.#heldSince.set(node, now);
  }

  /** An exchange with this node begins. */
  began(node: string, now: number): void {
    const since = this.#heldSince?.get(node);
    if (since === undefined) return;
    this.#heldSince?.delete(node);
    this.#other({ at: since, step: 'waited', for: 'breaker', node, ms: Math.round(now - since) });
  }

  /** In the order of time, with the waits and the attempts that go on. */
  steps(underway: readonly Step[] = []): readonly Step[] {
    const waits = [...(this.#heldSince ?? [])].map(
      ([node, at]): Step => ({ at, step: 'waited', for: 'breaker', node }),
    );
    return byTime([
      ...(this.#others?.steps() ?? []),
      ...this.#attempts.steps(),
      ...underway,
      ...waits,
    ]);
  }

  #other(step: Step): void {
    this.#others ??= new StepLog();
    this.#others.add(step);
  }
}
