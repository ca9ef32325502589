/** The memory journal, with a gate before its commits: a disk that takes its time, or fails. */
import type { ActWrites } from '../../../src/journal/act.ts';
import type { JournalError } from '../../../src/journal/errors.ts';
import { MemoryJournal } from '../../../src/journal/memory/journal.ts';
import type { MemorySnapshot } from '../../../src/journal/memory/snapshot.ts';
import type {
  CommitResult,
  Journal,
  ListFilter,
  Pruning,
  WriteBatch,
} from '../../../src/journal/port.ts';

export class GatedJournal implements Journal {
  /** The batches to commit, in order; a batch is listed from the start of its commit. */
  readonly commits: WriteBatch[] = [];
  /** How many commits have resolved. */
  committed = 0;
  /** How many keys each call of `tokens` asked for. */
  readonly tokenCalls: number[] = [];
  readonly prunes: Pruning[] = [];
  tidied = 0;
  /** Called for each page that is asked for. */
  onList: (limit: number) => void = () => {};
  tidyRefusal: JournalError | undefined;
  /** While set, stored values can be neither written nor read. */
  keptRefusal: JournalError | undefined;
  /** While set, no act of an operator can be noted. */
  actRefusal: JournalError | undefined;
  readonly #memory: MemoryJournal;
  readonly #stir: () => void;
  #gate: PromiseWithResolvers<void> | undefined;
  #tokenGate: PromiseWithResolvers<void> | undefined;
  #actGate: PromiseWithResolvers<void> | undefined;

  /** @param stir is called whenever something changes */
  constructor(stir: () => void, from?: MemorySnapshot) {
    this.#memory = new MemoryJournal(from);
    this.#stir = stir;
  }

  get id(): string {
    return this.#memory.id;
  }

  /** From now on no commit resolves, until `release`. */
  hold(): void {
    this.#gate ??= Promise.withResolvers();
  }

  release(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  holdActs(): void {
    this.#actGate ??= Promise.withResolvers();
  }

  releaseActs(): void {
    this.#actGate?.resolve();
    this.#actGate = undefined;
  }

  holdTokens(): void {
    this.#tokenGate ??= Promise.withResolvers();
  }

  releaseTokens(): void {
    this.#tokenGate?.resolve();
    this.#tokenGate = undefined;
  }

  /** The commit that is held, or the next one, fails, and so do all after it. */
  failWith(error: Error): void {
    this.#gate ??= Promise.withResolvers();
    // Nobody may be waiting for it yet.
    this.#gate.promise.catch(() => {});
    this.#gate.reject(error);
  }

  snapshot(): MemorySnapshot {
    return this.#memory.snapshot();
  }

  async commit(batch: WriteBatch): Promise<CommitResult> {
    const { accept, begin, append, settle, forget, lived } = batch;
    this.commits.push({
      accept: [...accept],
      begin: [...begin],
      append: [...append],
      settle: [...settle],
      forget: [...forget],
      lived,
    });
    this.#stir();
    await this.#gate?.promise;
    const result = await this.#memory.commit(batch);
    this.committed++;
    this.#stir();
    return result;
  }

  async tokens(groupIds: readonly string[]) {
    this.tokenCalls.push(groupIds.length);
    await this.#tokenGate?.promise;
    return this.#memory.tokens(groupIds);
  }

  async prune(pruning: Pruning): Promise<number> {
    this.prunes.push(pruning);
    return this.#memory.prune(pruning);
  }

  async tidy(): Promise<void> {
    this.tidied++;
    if (this.tidyRefusal !== undefined) throw this.tidyRefusal;
    await this.#memory.tidy();
  }

  head() {
    return this.#memory.head();
  }

  load(after: number, limit: number) {
    return this.#memory.load(after, limit);
  }

  loadLoose(after: number, limit: number) {
    return this.#memory.loadLoose(after, limit);
  }

  find(id: string) {
    return this.#memory.find(id);
  }

  latestSettled(groupIds: readonly string[]) {
    return this.#memory.latestSettled(groupIds);
  }

  keys(after: string, limit: number) {
    return this.#memory.keys(after, limit);
  }

  list(filter: ListFilter, before: number | undefined, limit: number) {
    this.onList(limit);
    return this.#memory.list(filter, before, limit);
  }

  async keep(name: string, value: string | undefined) {
    if (this.keptRefusal !== undefined) throw this.keptRefusal;
    return this.#memory.keep(name, value);
  }

  records: Journal['records'] = (seqs) => this.#memory.records(seqs);
  acts: Journal['acts'] = (...page) => this.#memory.acts(...page);
  pruneActs: Journal['pruneActs'] = (step) => this.#memory.pruneActs(step);
  foundBody: Journal['foundBody'] = (...where) => this.#memory.foundBody(...where);
  story: Journal['story'] = (seq) => this.#memory.story(seq);
  pruneRecords: Journal['pruneRecords'] = (step) => this.#memory.pruneRecords(step);
  park: Journal['park'] = (seq) => this.#memory.park(seq);

  async noteActs(writes: ActWrites) {
    if (this.actRefusal !== undefined) throw this.actRefusal;
    await this.#actGate?.promise;
    const numbers = await this.#memory.noteActs(writes);
    this.#stir();
    return numbers;
  }

  async unhold(seqs: readonly number[]) {
    if (this.keptRefusal !== undefined) throw this.keptRefusal;
    return this.#memory.unhold(seqs);
  }

  async kept() {
    if (this.keptRefusal !== undefined) throw this.keptRefusal;
    return this.#memory.kept();
  }

  close() {
    return this.#memory.close();
  }
}
