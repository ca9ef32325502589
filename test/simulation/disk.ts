/**
 * The disk, and the journal on it, with group commits like a real disk. The writes of a `commit`
 * become durable at a later time, all or none, and the daemon learns that still later. A crash
 * before the first time loses them; a crash between the two keeps them, although no answer was
 * sent. A disk that fails reports `io`, and may have kept them or not.
 *
 * The rows are those of the memory driver, which passes the same conformance suite as SQLite.
 */
import type { Command } from '../../src/core/model.ts';
import type { ActWrites } from '../../src/journal/act.ts';
import { JournalError } from '../../src/journal/errors.ts';
import type { MemoryJournal } from '../../src/journal/memory/journal.ts';
import type { CommitResult, Journal, Pruning, WriteBatch } from '../../src/journal/port.ts';
import type { Prng } from '../core/model/prng.ts';
import type { Pace, Range } from './plan.ts';

export interface DiskOptions {
  readonly pace: Pace;
  /** Runs an action after `ms`, if this run of the process lasts. */
  readonly later: (ms: number, act: () => void) => void;
  readonly prng: Prng;
  /** Undefined if this commit is not the last one; else whether the disk keeps it. */
  readonly fails: () => { readonly kept: boolean } | undefined;
  readonly onDurable: (batch: WriteBatch, result: CommitResult) => void;
  readonly onNoted: (writes: ActWrites) => void;
  readonly onKept: (name: string, value: string | undefined) => void;
  readonly onConfirmed: () => void;
  readonly onPruned: (commands: readonly Command[]) => void;
}

/** The journal of one run of the process, with the data that the run before has left. */
export class SimJournal implements Journal {
  readonly #rows: MemoryJournal;
  readonly #options: DiskOptions;

  constructor(rows: MemoryJournal, options: DiskOptions) {
    this.#rows = rows;
    this.#options = options;
  }

  get id(): string {
    return this.#rows.id;
  }

  async commit(batch: WriteBatch): Promise<CommitResult> {
    const { pace, fails, onDurable, onConfirmed } = this.#options;
    await this.#wait(pace.commit);
    const failure = fails();
    if (failure?.kept === false) throw failed();
    const result = await this.#rows.commit(batch);
    onDurable(batch, result);
    await this.#wait(pace.confirm);
    if (failure !== undefined) throw failed();
    onConfirmed();
    return result;
  }

  async keep(name: string, value: string | undefined): Promise<void> {
    await this.#wait(this.#options.pace.commit);
    await this.#rows.keep(name, value);
    this.#options.onKept(name, value);
    await this.#wait(this.#options.pace.confirm);
  }

  async park(seq: number): Promise<void> {
    await this.#wait(this.#options.pace.commit);
    await this.#rows.park(seq);
    await this.#wait(this.#options.pace.confirm);
  }

  async unhold(seqs: readonly number[]): Promise<void> {
    await this.#wait(this.#options.pace.commit);
    await this.#rows.unhold(seqs);
    await this.#wait(this.#options.pace.confirm);
  }

  async noteActs(writes: ActWrites): Promise<readonly number[]> {
    await this.#wait(this.#options.pace.commit);
    const numbers = await this.#rows.noteActs(writes);
    this.#options.onNoted(writes);
    await this.#wait(this.#options.pace.confirm);
    this.#options.onConfirmed();
    return numbers;
  }

  kept: Journal['kept'] = () => this.#look(() => this.#rows.kept());
  head: Journal['head'] = () => this.#look(() => this.#rows.head());
  load: Journal['load'] = (...page) => this.#look(() => this.#rows.load(...page));
  loadLoose: Journal['loadLoose'] = (...page) => this.#look(() => this.#rows.loadLoose(...page));
  find: Journal['find'] = (id) => this.#look(() => this.#rows.find(id));
  tokens: Journal['tokens'] = (groupIds) => this.#look(() => this.#rows.tokens(groupIds));
  latestSettled: Journal['latestSettled'] = (groupIds) =>
    this.#look(() => this.#rows.latestSettled(groupIds));
  keys: Journal['keys'] = (...page) => this.#look(() => this.#rows.keys(...page));
  list: Journal['list'] = (...page) => this.#look(() => this.#rows.list(...page));
  records: Journal['records'] = (seqs) => this.#look(() => this.#rows.records(seqs));
  foundBody: Journal['foundBody'] = (...where) => this.#look(() => this.#rows.foundBody(...where));
  story: Journal['story'] = (seq) => this.#look(() => this.#rows.story(seq));
  pruneRecords: Journal['pruneRecords'] = (step) => this.#look(() => this.#rows.pruneRecords(step));
  acts: Journal['acts'] = (...page) => this.#look(() => this.#rows.acts(...page));
  pruneActs: Journal['pruneActs'] = (step) => this.#look(() => this.#rows.pruneActs(step));
  tidy: Journal['tidy'] = () => this.#look(() => this.#rows.tidy());
  close: Journal['close'] = () => this.#look(() => this.#rows.close());

  async prune(pruning: Pruning): Promise<number> {
    await this.#wait(this.#options.pace.commit);
    const before = this.#rows.snapshot().rows;
    const count = await this.#rows.prune(pruning);
    const after = this.#rows.snapshot().rows;
    const pruned = [...before.values()].filter(({ command }) => !after.has(command.seq));
    this.#options.onPruned(pruned.map(({ command }) => command));
    return count;
  }

  async #look<Result>(look: () => Promise<Result>): Promise<Result> {
    await this.#wait(this.#options.pace.read);
    return look();
  }

  #wait([least, most]: Range): Promise<void> {
    const { later, prng } = this.#options;
    return new Promise((resolve) => later(prng.between(least, most), resolve));
  }
}

function failed(): JournalError {
  return new JournalError('the disk failed', { code: 'io' });
}
