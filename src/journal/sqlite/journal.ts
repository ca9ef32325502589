/**
 * The journal on one SQLite file (P2, P3).
 *
 * SQLite works within the call, the port answers by promises: a commit blocks the thread for one
 * fdatasync, and everything that arrives meanwhile is the next batch. A disk that once failed a
 * write or a sync is no longer trusted: the kernel may have dropped the pages and report the next
 * sync as successful. So every later commit is refused, and the daemon has to restart. The same
 * holds for a journal whose files another program has removed or written to (vigil.ts); it is saved
 * first (rescue.ts).
 */
import type { ActFilter, ActPage, ActWrites } from '../act.ts';
import { JournalError } from '../errors.ts';
import type { CommitResult, Journal, ListFilter, ListPage, Pruning, WriteBatch } from '../port.ts';
import { Acts } from './acts.ts';
import { Clusters } from './clusters.ts';
import { asJournalError } from './failure.ts';
import { rescue } from './files/rescue.ts';
import type { Found, Soundness } from './files/soundness.ts';
import type { Trouble } from './files/vigil.ts';
import { KeyValues } from './key-values.ts';
import { Listing } from './listing.ts';
import { disconnect, type JournalConnection } from './open/connection.ts';
import { Reader } from './reader.ts';
import { Records } from './records.ts';
import { FileUpkeep, type FileUpkeepBounds } from './upkeep.ts';
import { Writer } from './writer.ts';
import { preparePark, prepareUnhold } from './writes.ts';

export class SqliteJournal implements Journal {
  readonly #connection: JournalConnection;
  readonly #clusters: Clusters;
  readonly #reader: Reader;
  readonly #listing: Listing;
  readonly #upkeep: FileUpkeep;
  readonly #records: Records;
  readonly #keyValues: KeyValues;
  readonly #acts: Acts;
  readonly #write;
  readonly #park;
  readonly #unhold;
  readonly #savedIn: readonly string[];
  /** Its files are gone or foreign: it is being saved, because of this error. */
  #rescue: Promise<JournalError> | undefined;
  /** A check of the file, under way. */
  #soundness: Soundness | undefined;
  #broken: JournalError | undefined;

  constructor(
    connection: JournalConnection,
    {
      savedIn = [],
      ...bounds
    }: {
      readonly lookedAt?: number;
      readonly upkeep?: FileUpkeepBounds;
      /** Where to save the journal, if not beside its file. */
      readonly savedIn?: readonly string[];
    } = {},
  ) {
    const { db } = connection;
    this.#connection = connection;
    this.#savedIn = savedIn;
    this.#clusters = new Clusters(db);
    this.#reader = new Reader(db, this.#clusters);
    this.#listing = new Listing(db, this.#clusters, bounds.lookedAt);
    this.#upkeep = new FileUpkeep(db, bounds.upkeep);
    this.#keyValues = new KeyValues(db);
    this.#acts = new Acts(db, bounds.lookedAt);
    this.#records = new Records(db);
    const writer = new Writer(db, this.#clusters);
    const transaction = db.transaction((batch: WriteBatch) => writer.write(batch));
    this.#write = (batch: WriteBatch) => transaction.immediate(batch);
    this.#park = preparePark(db);
    const unhold = prepareUnhold(db);
    const unholdAll = db.transaction((seqs: readonly number[]) => {
      for (const seq of seqs) unhold.run(seq);
    });
    this.#unhold = (seqs: readonly number[]) => unholdAll.immediate(seqs);
  }

  get path(): string {
    return this.#connection.path;
  }

  /** A fault that the check finds ends the journal; `then` gets it too. */
  follow(soundness: Soundness, then: (found: Found) => void): void {
    this.#soundness = soundness;
    void soundness.ended.then((found) => {
      if (found instanceof JournalError) this.#broken ??= found;
      if (this.#connection.db.open) then(found);
    });
  }

  async head() {
    return this.#do(() => this.#reader.head());
  }

  async commit(batch: WriteBatch): Promise<CommitResult> {
    return this.#change(() => {
      if (isEmpty(batch)) return { existing: new Map() };
      this.#upkeep.written();
      try {
        return { existing: this.#write(batch) };
      } catch (error) {
        this.#clusters.forget();
        throw error;
      }
    });
  }

  async load(after: number, limit: number) {
    return this.#do(() => this.#reader.load(after, limit));
  }

  async loadLoose(after: number, limit: number) {
    return this.#do(() => this.#reader.loadLoose(after, limit));
  }

  async find(id: string) {
    return this.#do(() => this.#reader.find(id));
  }

  async tokens(groupIds: readonly string[]) {
    return this.#do(() => this.#reader.tokens(groupIds));
  }

  async latestSettled(groupIds: readonly string[]) {
    return this.#do(() => this.#reader.latestSettled(groupIds));
  }

  async keys(after: string, limit: number) {
    return this.#do(() => this.#reader.keys(after, limit));
  }

  async list(filter: ListFilter, before: number | undefined, limit: number): Promise<ListPage> {
    return this.#do(() => this.#listing.page(filter, before, limit));
  }

  async records(seqs: readonly number[]) {
    return this.#do(() => this.#records.textsOf(seqs));
  }

  async foundBody(seq: number, node: string) {
    return this.#do(() => this.#records.found(seq, node));
  }

  async keep(name: string, value: string | undefined): Promise<void> {
    return this.#change(() => this.#keyValues.keep(name, value));
  }

  async kept(): Promise<ReadonlyMap<string, string>> {
    return this.#do(() => this.#keyValues.all());
  }

  async park(seq: number): Promise<void> {
    return this.#change(() => {
      this.#upkeep.written();
      this.#park.run(seq);
    });
  }

  async unhold(seqs: readonly number[]): Promise<void> {
    return this.#change(() => {
      this.#upkeep.written();
      this.#unhold(seqs);
    });
  }

  async prune(pruning: Pruning): Promise<number> {
    return this.#change(() => this.#upkeep.prune(pruning));
  }

  async pruneRecords(pruning: Pruning): Promise<number> {
    return this.#change(() => {
      this.#upkeep.written();
      return this.#records.forget(pruning);
    });
  }

  async noteActs(writes: ActWrites): Promise<readonly number[]> {
    return this.#change(() => {
      this.#upkeep.written();
      return this.#acts.note(writes);
    });
  }

  async acts(filter: ActFilter, below: number | undefined, limit: number): Promise<ActPage> {
    return this.#do(() => this.#acts.page(filter, below, limit));
  }

  async pruneActs(pruning: Pruning): Promise<number> {
    return this.#change(() => {
      this.#upkeep.written();
      return this.#acts.prune(pruning);
    });
  }

  async tidy(): Promise<void> {
    const { vigil, lock } = this.#connection;
    await this.#change(() => this.#upkeep.tidy());
    const trouble = vigil.troubleBeside();
    if (trouble !== undefined) throw await this.#lose(trouble);
    if (!this.#do(() => lock.renew())) return;
    const what = 'another program removed the lock file; it is created again';
    throw new JournalError(what, {
      code: 'busy',
      hint: 'Find the program that removes files here.',
    });
  }

  async close(): Promise<void> {
    await this.#rescue;
    this.#soundness?.stop();
    if (this.#connection.db.open) disconnect(this.#connection);
  }

  #do<T>(work: () => T): T {
    if (!this.#connection.db.open)
      throw new JournalError('the journal is closed', { code: 'closed' });
    try {
      return work();
    } catch (error) {
      throw asJournalError(error, this.path);
    }
  }

  async #change<T>(work: () => T): Promise<T> {
    if (this.#rescue !== undefined) throw await this.#rescue;
    if (this.#broken !== undefined) throw this.#broken;
    const { vigil, db } = this.#connection;
    const trouble = db.open ? vigil.trouble() : undefined;
    if (trouble !== undefined) throw await this.#lose(trouble);
    try {
      return this.#do(work);
    } catch (error) {
      if (error instanceof JournalError && (error.code === 'io' || error.code === 'corrupt')) {
        this.#broken = error;
      }
      throw error;
    } finally {
      vigil.note();
    }
  }

  #lose(trouble: Trouble): Promise<JournalError> {
    this.#rescue ??= rescue(this.#connection, trouble, this.#savedIn);
    return this.#rescue;
  }
}

function isEmpty(batch: WriteBatch): boolean {
  const { accept, begin, append, settle, forget } = batch;
  return accept.length + begin.length + append.length + settle.length + forget.length === 0;
}
