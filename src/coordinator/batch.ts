/**
 * One turn of the batch machine: what it wants written, and what may happen once that is durable.
 *
 * P2 and P3 hang on this: nothing is sent to an executor or a client about a write except from
 * `after`, which runs when the commit has succeeded.
 */
import type {
  AcceptWrite,
  AppendWrite,
  BeginWrite,
  CommitResult,
  SettleWrite,
  StoredCommand,
  WriteBatch,
} from '../journal/port.ts';
import type { Look } from './requests/looks.ts';

/** The most that one commit covers; more would only make its first command wait for its last. */
const WRITES_MAX = 1000;
/** What the daemon itself does to the journal may take its time; work goes on between a few of them. */
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

  /** How many writes it still takes; whoever has more to write does so in the next turn. */
  get room(): number {
    return Math.max(0, WRITES_MAX - this.#count);
  }

  /** Nothing more is begun in it. */
  get isFull(): boolean {
    return this.room === 0 || this.#reads.length >= READS_MAX;
  }

  /** `then` learns of the command that has the id already, if there is one. */
  accept(write: AcceptWrite, then: (existing: StoredCommand | undefined) => void): void {
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

  /** Runs when everything this turn writes is durable, in the order of the calls. */
  after(act: () => void): void {
    this.#afters.push(act);
  }

  /** The daemon's own work at the journal, after the commit and before the next turn. */
  read(work: () => Promise<void>): void {
    this.#reads.push(work);
  }

  /** What a client asks to see; after the commit, in this turn or one of the next. */
  look(look: Look): void {
    this.#looks.push(look);
  }

  async finish(result: CommitResult): Promise<void> {
    for (const act of this.#afters) act(result);
    for (const work of this.#reads) await work();
  }
}
