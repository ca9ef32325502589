/**
 * One turn of the batch machine: what it wants written, and what may happen once that is durable.
 *
 * P2 and P3 hang on this: nothing is sent to an executor or a client about a write except from
 * `after`, which runs when the commit has succeeded.
 */
import type {
  AcceptWrite,
  AppendWrite,
  Batch,
  BeginWrite,
  CommitResult,
  SettleWrite,
  StoredCommand,
} from '../journal/port.ts';

export class Turn {
  readonly #accept: AcceptWrite[] = [];
  readonly #begin: BeginWrite[] = [];
  readonly #append: AppendWrite[] = [];
  readonly #settle: SettleWrite[] = [];
  readonly #forget: number[] = [];
  readonly #afters: ((result: CommitResult) => void)[] = [];
  readonly #reads: (() => Promise<void>)[] = [];

  get batch(): Batch {
    return {
      accept: this.#accept,
      begin: this.#begin,
      append: this.#append,
      settle: this.#settle,
      forget: this.#forget,
    };
  }

  get writes(): boolean {
    const { accept, begin, append, settle, forget } = this.batch;
    return accept.length + begin.length + append.length + settle.length + forget.length > 0;
  }

  /** `then` learns of the command that has the id already, if there is one. */
  accept(write: AcceptWrite, then: (existing: StoredCommand | undefined) => void): void {
    this.#accept.push(write);
    this.#afters.push(({ existing }) => then(existing.get(write.command.seq)));
  }

  begin(write: BeginWrite): void {
    this.#begin.push(write);
  }

  append(write: AppendWrite): void {
    this.#append.push(write);
  }

  settle(write: SettleWrite): void {
    this.#settle.push(write);
  }

  forget(seqs: readonly number[]): void {
    this.#forget.push(...seqs);
  }

  /** Runs when everything this turn writes is durable, in the order of the calls. */
  after(act: () => void): void {
    this.#afters.push(act);
  }

  /** A look into the journal, after the commit and before the next turn. */
  read(look: () => Promise<void>): void {
    this.#reads.push(look);
  }

  async finish(result: CommitResult): Promise<void> {
    for (const act of this.#afters) act(result);
    for (const look of this.#reads) await look();
  }
}
