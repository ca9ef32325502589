/**
 * The plain journal in memory defines the answers of the others, for any sequence of calls.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { IllegalWrite } from '../../src/journal/errors.ts';
import type { CommitResult, Journal } from '../../src/journal/port.ts';
import { SqliteJournal } from '../../src/journal/sqlite/journal.ts';
import { examined } from './support/damage.ts';
import { type Driver, memory, type Store, sqlite } from './support/driver.ts';
import { Scribe, type Turn, turns } from './support/history.ts';
import { observed } from './support/observed.ts';
import { postgres } from './support/postgres-driver.ts';

const seen = { batches: 0, refused: 0, taken: 0, pruned: 0 };

/** One journal, driven by the same turns as the other. */
class Subject {
  readonly #store: Store;
  readonly #scribe = new Scribe();
  journal: Journal;

  private constructor(store: Store, journal: Journal) {
    this.#store = store;
    this.journal = journal;
  }

  static async of(driver: Driver): Promise<Subject> {
    const store = await driver.create();
    return new Subject(store, await store.open());
  }

  /** Runs it, and returns its result. */
  async take(turn: Turn): Promise<unknown> {
    switch (turn.kind) {
      case 'commit':
        return this.#commit(turn);
      case 'prune':
        return this.journal.prune(turn);
      case 'prune records':
        return this.journal.pruneRecords(turn);
      case 'prune acts':
        return this.journal.pruneActs(turn);
      case 'acts':
        return this.#noteActs(turn);
      case 'keep':
        return this.journal.keep(`word-${turn.name}`, turn.value);
      case 'tidy':
        return this.journal.tidy();
      case 'restart':
        await this.journal.close();
        this.journal = await this.#store.open();
        return undefined;
    }
  }

  async observe(): Promise<unknown> {
    return observed(this.journal);
  }

  /** The counts and sums of the head, and all checksums, fit the rows. */
  expectSound(): void {
    if (!(this.journal instanceof SqliteJournal)) return;
    expect(examined(this.journal.path).faults).toEqual([]);
  }

  async end(): Promise<void> {
    await this.journal.close();
    await this.#store.dispose();
  }

  async #noteActs({ begin, end }: Extract<Turn, { kind: 'acts' }>): Promise<void> {
    const numbers = await this.journal.noteActs({
      begin: begin.map(({ by, ...act }) => {
        return { ...act, isProven: false, door: 'zeromq', ...(by === undefined ? {} : { by }) };
      }),
      end: end.map(({ matched, ...act }) => (matched === undefined ? act : { ...act, matched })),
    });
    expect(numbers).toHaveLength(begin.length);
  }

  async #commit(turn: Extract<Turn, { kind: 'commit' }>): Promise<CommitResult | 'refused'> {
    try {
      const result = await this.journal.commit(this.#scribe.batch(turn));
      this.#scribe.taken(result.existing.keys());
      return result;
    } catch (error) {
      expect(error).toBeInstanceOf(IllegalWrite);
      return 'refused';
    }
  }
}

const DRIVERS = [
  { driver: sqlite(3), numRuns: 120 },
  { driver: postgres(3), numRuns: 10 },
];

describe.each(DRIVERS)('any history', ({ driver, numRuns }) => {
  test(`P3, P7: gives the same answers as in memory (${driver.name})`, async (ctx) => {
    if (driver.missing !== undefined) ctx.skip(driver.missing);
    const history = fc.asyncProperty(turns, (given) => compare(driver, given));
    await fc.assert(history, { numRuns });
  }, 180_000);
});

async function compare(driver: Driver, given: readonly Turn[]): Promise<void> {
  const plain = await Subject.of(memory);
  const real = await Subject.of(driver);
  try {
    for (const turn of [...given, { kind: 'restart' } as const]) {
      const want = await plain.take(turn);
      expect(await real.take(turn)).toEqual(want);
      count(want);
      if (turn.kind === 'restart') real.expectSound();
      if (turn.kind !== 'tidy') expect(await real.observe()).toEqual(await plain.observe());
    }
  } finally {
    await plain.end();
    await real.end();
  }
}

function count(outcome: unknown): void {
  if (outcome === 'refused') seen.refused += 1;
  else if (typeof outcome === 'number') seen.pruned += outcome;
  else if (outcome !== undefined) {
    seen.batches += 1;
    seen.taken += (outcome as CommitResult).existing.size;
  }
}

afterAll(() => {
  // The histories were worth something: they met taken ids, broken rules and pruning.
  for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(10);
});
