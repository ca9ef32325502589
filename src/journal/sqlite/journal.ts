/**
 * The journal on one SQLite file (P2, P3).
 *
 * SQLite works within the call, the port answers by promises: a commit holds the thread for one
 * fdatasync, and what arrives meanwhile is the next batch. A disk that failed a write or a sync once
 * is not trusted again: the kernel may have dropped the pages and report the next sync as good, so
 * every later commit is refused and the daemon has to start anew.
 */
import { JournalError } from '../errors.ts';
import type { Batch, CommitResult, Journal, ListFilter, ListPage, Pruning } from '../port.ts';
import { Clusters } from './clusters.ts';
import { type Connection, disconnect } from './connection.ts';
import { asJournalError } from './failure.ts';
import { Listing } from './listing.ts';
import { Reader } from './reader.ts';
import { StandingWords } from './standing-words.ts';
import { Upkeep, type UpkeepBounds } from './upkeep.ts';
import { Writer } from './writer.ts';

export class SqliteJournal implements Journal {
  readonly #connection: Connection;
  readonly #clusters: Clusters;
  readonly #reader: Reader;
  readonly #listing: Listing;
  readonly #upkeep: Upkeep;
  readonly #words: StandingWords;
  readonly #write;
  #broken: JournalError | undefined;

  constructor(
    connection: Connection,
    bounds: { readonly lookedAt?: number; readonly upkeep?: UpkeepBounds } = {},
  ) {
    const { db } = connection;
    this.#connection = connection;
    this.#clusters = new Clusters(db);
    this.#reader = new Reader(db, this.#clusters);
    this.#listing = new Listing(db, this.#clusters, bounds.lookedAt);
    this.#upkeep = new Upkeep(db, bounds.upkeep);
    this.#words = new StandingWords(db);
    const writer = new Writer(db, this.#clusters);
    const transaction = db.transaction((batch: Batch) => writer.write(batch));
    this.#write = (batch: Batch) => transaction.immediate(batch);
  }

  async head() {
    return this.#do(() => this.#reader.head());
  }

  async commit(batch: Batch): Promise<CommitResult> {
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

  async lastWords(groupIds: readonly string[]) {
    return this.#do(() => this.#reader.lastWords(groupIds));
  }

  async keys(after: string, limit: number) {
    return this.#do(() => this.#reader.keys(after, limit));
  }

  async list(filter: ListFilter, before: number | undefined, limit: number): Promise<ListPage> {
    return this.#do(() => this.#listing.page(filter, before, limit));
  }

  async keep(name: string, value: string | undefined): Promise<void> {
    this.#change(() => this.#words.keep(name, value));
  }

  async kept(): Promise<ReadonlyMap<string, string>> {
    return this.#do(() => this.#words.all());
  }

  async prune(pruning: Pruning): Promise<number> {
    return this.#change(() => this.#upkeep.prune(pruning));
  }

  async tidy(): Promise<void> {
    this.#change(() => this.#upkeep.tidy());
  }

  async close(): Promise<void> {
    if (this.#connection.db.open) disconnect(this.#connection);
  }

  #do<T>(work: () => T): T {
    if (!this.#connection.db.open)
      throw new JournalError('the journal is closed', { code: 'closed' });
    try {
      return work();
    } catch (error) {
      throw asJournalError(error);
    }
  }

  #change<T>(work: () => T): T {
    if (this.#broken !== undefined) throw this.#broken;
    try {
      return this.#do(work);
    } catch (error) {
      if (error instanceof JournalError && (error.code === 'io' || error.code === 'corrupt')) {
        this.#broken = error;
      }
      throw error;
    }
  }
}

function isEmpty(batch: Batch): boolean {
  const { accept, begin, append, settle, forget } = batch;
  return accept.length + begin.length + append.length + settle.length + forget.length === 0;
}
