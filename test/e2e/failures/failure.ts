/**
 * A test of one row of the table of failures. It causes the failure, measures the time until it is
 * seen with the literal words of the row and the time until the daemon is well again, and compares
 * both with the times of the row. A test that does not measure one of them fails.
 */
import { setTimeout as after } from 'node:timers/promises';
import { expect, type TestContext, test } from 'vitest';
import { type FailureRow, failureRows } from './page.ts';

const LOOK_MS = 20;

/** @param name of the row */
export function failure(
  name: string,
  story: string,
  act: (course: Course, ctx: TestContext) => Promise<void>,
): void {
  test(`${name}: ${story}`, async (ctx) => {
    const row = failureRows().find((each) => each.name === name);
    if (row === undefined) throw new Error(`docs/operate/troubleshoot.md has no row '${name}'`);
    const course = new Course(row);
    await act(course, ctx);
    console.log(course.report);
    expect(course.isComplete, 'both times are measured').toBe(true);
  });
}

/** The course of one failure, in time. */
class Course {
  readonly #row: FailureRow;
  #begun = 0;
  #seenMs: number | undefined;
  #wellMs: number | undefined;

  constructor(row: FailureRow) {
    this.#row = row;
  }

  get isComplete(): boolean {
    return this.#seenMs !== undefined && this.#wellMs !== undefined;
  }

  get report(): string {
    const { name, seenMs, wellMs } = this.#row;
    return `${name}: seen after ${this.#seenMs} ms of ${seenMs}, well after ${this.#wellMs} ms of ${wellMs}`;
  }

  /** The failure happens now: both times count from here. */
  begins(): void {
    this.#begun = performance.now();
  }

  /** The recovery begins now: for failures that last as long as their cause. */
  ceases(): void {
    expect(this.#seenMs, 'it is seen before it ceases').toBeDefined();
    this.begins();
  }

  /** @param look returns the visible text; all words of the row must appear in it in time */
  async seen(look: () => string | Promise<string>): Promise<void> {
    this.#seenMs = await this.#within(this.#row.seenMs, async () => {
      const text = await look();
      return this.#row.shows.filter((word) => !text.includes(word));
    });
  }

  /** @param flaws returns the remaining problems; there must be none in time */
  async well(flaws: () => Promise<readonly unknown[]>): Promise<void> {
    this.#wellMs = await this.#within(this.#row.wellMs, flaws);
  }

  async #within(ms: number, missing: () => Promise<readonly unknown[]>): Promise<number> {
    for (;;) {
      const left = await missing();
      const tookMs = Math.round(performance.now() - this.#begun);
      expect(tookMs, `still missing: ${left.join('; ')}`).toBeLessThan(ms);
      if (left.length === 0) return tookMs;
      await after(LOOK_MS);
    }
  }
}
