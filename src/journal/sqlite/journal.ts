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
import { Clusters } from './clusters.ts';
import { asJournalError, named } from './failure.ts';
import { rescue } from './files/rescue.ts';
import type { Found, Soundness } from './files/soundness.ts';
import type { Trouble } from './files/vigil.ts';
import { KeyValues } from './key-values.ts';
import { Listing } from './listing.ts';
import { disconnect, type JournalConnection } from './open/connection.ts';
import { Reader } from './reader.ts';
import { examineLive } from './sums/examine.ts';
import { errorOf } from './sums/faults.ts';
import { Head } from './sums/head.ts';
import { RowReader } from './sums/row-reader.ts';
import { Acts } from './tables/acts.ts';
import { Records } from './tables/records.ts';
import { Stories } from './tables/stories.ts';
import { FileUpkeep, type FileUpkeepBounds } from './upkeep.ts';
import { Writer } from './writer.ts';

export class SqliteJournal implements Journal {
  readonly id: string;
  readonly #connection: JournalConnection;
  readonly #onDamage: (error: JournalError) => void;
  readonly #reader: Reader;
  readonly #listing: Listing;
  readonly #upkeep: FileUpkeep;
  readonly #records: Records;
  readonly #stories: Stories;
  readonly #keyValues: KeyValues;
  readonly #acts: Acts;
  readonly #write;
  readonly #hold;
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
      onDamage = () => {},
      ...bounds
    }: {
      readonly lookedAt?: number;
      readonly upkeep?: FileUpkeepBounds;
      /** Where to save the journal, if not beside its file. */
      readonly savedIn?: readonly string[];
      /** A row cannot be believed: of history, or the latest of a key. Called each time that it is read. */
      readonly onDamage?: (error: JournalError) => void;
    } = {},
  ) {
    const { db } = connection;
    this.#connection = connection;
    this.#savedIn = savedIn;
    const clusters = new Clusters(db);
    this.#onDamage = (error) => onDamage(named(error, connection.path));
    const head = new Head(db);
    this.id = head.journal();
    const rows = new RowReader(db, clusters, head);
    this.#reader = new Reader(db, { rows, head, onDamage: this.#onDamage });
    this.#listing = new Listing(db, rows, bounds.lookedAt);
    this.#upkeep = new FileUpkeep(db, head, bounds.upkeep);
    this.#keyValues = new KeyValues(db, head);
    this.#acts = new Acts(db, bounds.lookedAt);
    this.#records = new Records(db, head);
    this.#stories = new Stories(db);
    const writer = new Writer(db, { clusters, rows, head });
    const transaction = db.transaction((batch: WriteBatch) => writer.write(batch));
    this.#write = (batch: WriteBatch) => {
      try {
        return transaction.immediate(batch);
      } catch (error) {
        writer.forget();
        throw error;
      }
    };
    const hold = db.transaction((seqs: readonly number[], held: 0 | 2) => writer.hold(seqs, held));
    this.#hold = (seqs: readonly number[], held: 0 | 2) => hold.immediate(seqs, held);
  }

  get path(): string {
    return this.#connection.path;
  }

  /** A fault that the check finds ends the journal; `then` gets it too. */
  follow(soundness: Soundness, then: (found: Found) => void): void {
    this.#soundness = soundness;
    void soundness.ended.then((found) => {
      if (found instanceof JournalError) {
        if (found.code === 'corrupt') this.#broken ??= found;
        else this.#onDamage(found);
      }
      if (this.#connection.db.open) then(found);
    });
  }

  /** Rows of history are damaged: reports them. */
  noteDamage(error: JournalError): void {
    this.#onDamage(error);
  }

  /** @throws JournalError `corrupt` (as a rejection) if a row that the daemon works on is damaged or missing (P1) */
  async assertLive(): Promise<void> {
    const fault = this.#do(() => errorOf(examineLive(this.#connection.db), this.path));
    if (fault !== undefined) throw fault;
  }

  async head() {
    return this.#do(() => this.#reader.head());
  }

  async commit(batch: WriteBatch): Promise<CommitResult> {
    return this.#change(() => {
      if (isEmpty(batch)) return { existing: new Map() };
      this.#upkeep.written();
      return { existing: this.#reported(this.#write(batch)) };
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
    const { damaged: found, ...page } = this.#do(() => this.#listing.page(filter, before, limit));
    if (found === undefined) return page;
    const damaged = found.map(({ id, error }) => ({ id, error: named(error, this.path) }));
    for (const { error } of damaged) this.#onDamage(error);
    return { ...page, damaged };
  }

  async records(seqs: readonly number[]) {
    return this.#do(() => this.#records.textsOf(seqs));
  }

  async foundBody(seq: number, node: string) {
    return this.#do(() => this.#records.found(seq, node));
  }

  async story(seq: number): Promise<string | undefined> {
    return this.#do(() => this.#stories.textOf(seq));
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
      this.#hold([seq], 2);
    });
  }

  async unhold(seqs: readonly number[]): Promise<void> {
    return this.#change(() => {
      this.#upkeep.written();
      this.#hold(seqs, 0);
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
      const found = asJournalError(error, this.path);
      if (found instanceof JournalError && found.code === 'damaged') this.#onDamage(found);
      throw found;
    }
  }

  #reported(existing: CommitResult['existing']): CommitResult['existing'] {
    for (const found of existing.values()) if (found instanceof JournalError) this.#onDamage(found);
    return existing;
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
