/**
 * One batch: the writes that its acts want, and the acts that may follow when these are durable.
 *
 * P2 and P3 depend on this: nothing about a write goes to an executor or a client except from `after`, which
 * runs when the commit has succeeded.
 */
import type { JournalError } from '../journal/errors.ts';
import type {
  AcceptWrite,
  AppendWrite,
  BeginWrite,
  CommitResult,
  SettleWrite,
  StoredCommand,
  WriteBatch,
} from '../journal/port.ts';
import type { Look } from './queries/looks.ts';

/** The most writes of one commit; with more, its first command would only wait for its last. */
const WRITES_MAX = 1000;
/** The most tasks of the daemon itself in one batch: each may take a while, and work goes on between batches. */
const READS_MAX = 10;

export class Batch {
  #count = 0;
  readonly #accept: AcceptWrite[] = [];
  readonly #begin: BeginWrite[] = [];
  readonly #append: AppendWrite[] = [];
  readonly #settle: SettleWrite[] = [];
  readonly #forget: number[] = [];
  readonly #afters: ((result: CommitResult) => void)[] = [];
  readonly #reads: (() => Promise<void>)[] = [];
  readonly #looks: Look[] = [];
  readonly #lived: number;

  /** @param lived how long the daemon has lived by now, whole ms */
  constructor(lived: number) {
    this.#lived = lived;
  }

  get contents(): WriteBatch {
    return {
      accept: this.#accept,
      begin: this.#begin,
      append: this.#append,
      settle: this.#settle,
      forget: this.#forget,
      lived: this.#lived,
    };
  }

  get hasWrites(): boolean {
    return this.#count > 0;
  }

  /** The looks that wait for the commit. */
  get looks(): readonly Look[] {
    return this.#looks;
  }

  /** The writes that it still takes; further ones go into the next batch. */
  get room(): number {
    return Math.max(0, WRITES_MAX - this.#count);
  }

  /** No further act runs in it. */
  get isFull(): boolean {
    return this.room === 0 || this.#reads.length >= READS_MAX;
  }

  /** `then` gets the command that has the id already, if there is one; an error if that cannot be read. */
  accept(
    write: AcceptWrite,
    then: (existing: StoredCommand | JournalError | undefined) => void,
  ): void {
    this.#count++;
    this.#accept.push(write);
    this.#afters.push(({ existing }) => then(existing.get(write.command.seq)));
  }

  begin(write: BeginWrite): void {
    this.#count++;
    this.#begin.push(write);
  }

  append(write: AppendWrite): void {
    this.#count++;
    this.#append.push(write);
  }

  settle(write: SettleWrite): void {
    this.#count++;
    this.#settle.push(write);
  }

  forget(seqs: readonly number[]): void {
    this.#count += seqs.length;
    this.#forget.push(...seqs);
  }

  /** Runs `act` when all writes of this batch are durable, in the order of the calls. */
  after(act: () => void): void {
    this.#afters.push(act);
  }

  /** Runs the daemon's own work at the journal, after the commit and before the next batch. */
  read(work: () => Promise<void>): void {
    this.#reads.push(work);
  }

  /** Runs a client's look after the commit, in this batch or one of the next. */
  look(look: Look): void {
    this.#looks.push(look);
  }

  async finish(result: CommitResult): Promise<void> {
    for (const act of this.#afters) act(result);
    for (const work of this.#reads) await work();
  }
}
