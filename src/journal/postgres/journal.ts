/**
 * The journal in PostgreSQL (P2, P3).
 *
 * A batch is one call of one function: one round trip, one transaction, behind the batch before it. While the database is
 * away, calls wait; they go on by themselves when it is back, and none of them is made twice (seat.ts).
 */
import type { ActFilter, ActPage, ActWrites } from '../act.ts';
import { JournalError } from '../errors.ts';
import { assertKeepable } from '../kept.ts';
import type {
  AcceptWrite,
  CommitResult,
  Journal,
  ListFilter,
  ListPage,
  Pruning,
  StoredCommand,
  WriteBatch,
} from '../port.ts';
import { actPage, actWords } from './acts.ts';
import { Clusters } from './clusters.ts';
import { COMMIT, commitValues, numbered } from './commit-values.ts';
import { Listing, LOOKED_AT } from './reading/listing.ts';
import type { Queries } from './reading/queries.ts';
import { Reader } from './reading/reader.ts';
import { FIND_ALL } from './reading/reads.ts';
import type { Seat } from './seat.ts';
import { storable } from './storable.ts';

const WORDS = `SELECT outcome FROM lockstep.words_v1(${numbered(4)})`;
const PRUNE = `SELECT outcome, pruned FROM lockstep.prune_v1(${numbered(7)})`;

export interface PostgresStart {
  /** Which journal it is. */
  readonly id: string;
  readonly seat: Seat;
  readonly seatNumber: number;
  readonly queries: Queries;
  readonly wasTaken: boolean;
  /** The highest number of an act so far. */
  readonly lastAct: number;
  /** Leaves the seat and ends the connections. */
  readonly leave: () => Promise<void>;
  /** Rows that a page of a listing looks at. */
  readonly lookedAt?: number | undefined;
  /** Commands of one key that are looked at. */
  readonly lookedAtOfKey?: number | undefined;
  readonly onDamage?: ((error: JournalError) => void) | undefined;
}

export class PostgresJournal implements Journal {
  readonly #start: PostgresStart;
  readonly #clusters: Clusters;
  readonly #reader: Reader;
  readonly #listing: Listing;
  readonly #lookedAt: number;
  readonly #onDamage: (error: JournalError) => void;
  #lastAct: number;
  #closing: Promise<void> | undefined;

  constructor(start: PostgresStart) {
    const { onDamage = () => {}, lookedAt = LOOKED_AT, seatNumber, lastAct } = start;
    const { lookedAtOfKey = LOOKED_AT } = start;
    this.#start = start;
    this.#lastAct = lastAct;
    this.#lookedAt = lookedAt;
    this.#onDamage = onDamage;
    const query = (text: string, values?: readonly unknown[]) => this.#query(text, values);
    this.#clusters = new Clusters(query);
    this.#reader = new Reader({
      query,
      clusters: this.#clusters,
      seat: seatNumber,
      lookedAt: lookedAtOfKey,
      onDamage,
    });
    const storedOrDamaged = this.#reader.storedOrDamaged.bind(this.#reader);
    this.#listing = new Listing({ query, storedOrDamaged, lookedAt });
  }

  /** Reads what later calls need at hand. Call it first. */
  async prepare(): Promise<void> {
    await this.#clusters.read();
  }

  get id(): string {
    return this.#start.id;
  }

  get wasTaken(): boolean {
    return this.#start.wasTaken;
  }

  get awayMs(): number | undefined {
    const { seat, queries } = this.#start;
    const waits = [seat.awayMs, queries.awayMs].filter((ms) => ms !== undefined);
    return waits.length === 0 ? undefined : Math.max(...waits);
  }

  async head() {
    return this.#reader.head();
  }

  async commit(batch: WriteBatch): Promise<CommitResult> {
    this.#assertOpen();
    if (isEmpty(batch)) return { existing: new Map() };
    const values = await commitValues(batch, this.#clusters);
    const row = await this.#start.seat.change({ text: COMMIT, values });
    if (row === undefined) return { existing: await this.#foreign(batch.accept) };
    const stored = row['stored'] as readonly number[] | null;
    if (stored === null) return { existing: new Map() };
    return { existing: await this.#holders(withoutStored(batch.accept, stored)) };
  }

  async load(after: number, limit: number) {
    return this.#reader.load(after, limit);
  }

  async loadLoose(after: number, limit: number) {
    return this.#reader.loadLoose(after, limit);
  }

  async find(id: string) {
    return this.#noting(() => this.#reader.find(id));
  }

  async tokens(groupIds: readonly string[]) {
    return this.#reader.tokens(groupIds);
  }

  async latestSettled(groupIds: readonly string[]) {
    return this.#reader.latestSettled(groupIds);
  }

  async keys(after: string, limit: number) {
    return this.#reader.keys(after, limit);
  }

  async list(filter: ListFilter, before: number | undefined, limit: number): Promise<ListPage> {
    const page = await this.#listing.page(filter, before, limit);
    for (const { error } of page.damaged ?? []) this.#onDamage(error);
    return page;
  }

  async records(seqs: readonly number[]): Promise<ReadonlyMap<number, string>> {
    const text = 'SELECT seq, body FROM lockstep.record WHERE seq = ANY ($1::bigint[])';
    const rows = await this.#query(text, [`{${seqs.join(',')}}`]);
    return new Map(rows.map(({ seq, body }) => [Number(seq), String(body)]));
  }

  async foundBody(seq: number, node: string): Promise<string | undefined> {
    const text = 'SELECT body FROM lockstep.found_body WHERE seq = $1 AND node = $2';
    const body = textOf(await this.#query(text, [seq, storable(node)]));
    return body === undefined ? undefined : String(JSON.parse(body));
  }

  async story(seq: number): Promise<string | undefined> {
    return textOf(await this.#query('SELECT body FROM lockstep.story WHERE seq = $1', [seq]));
  }

  async keep(name: string, value: string | undefined): Promise<void> {
    assertKeepable(name, value);
    await this.#words({
      keep: [{ name: storable(name), value: value === undefined ? null : storable(value) }],
    });
  }

  async kept(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#query('SELECT name, value FROM lockstep.kept');
    return new Map(rows.map(({ name, value }) => [String(name), String(value)]));
  }

  async park(seq: number): Promise<void> {
    await this.#words({ hold: [{ seq, held: 2 }] });
  }

  async unhold(seqs: readonly number[]): Promise<void> {
    await this.#words({ hold: seqs.map((seq) => ({ seq, held: 0 })) });
  }

  async prune(pruning: Pruning): Promise<number> {
    return this.#prune('commands', pruning);
  }

  async pruneRecords(pruning: Pruning): Promise<number> {
    return this.#prune('records', pruning);
  }

  async noteActs(writes: ActWrites): Promise<readonly number[]> {
    const first = this.#lastAct + 1;
    const words = actWords(writes, this.#lastAct);
    // At once: the next call takes numbers above these, even if this one fails.
    this.#lastAct += writes.begin.length;
    await this.#words(words);
    return writes.begin.map((_, index) => first + index);
  }

  async acts(filter: ActFilter, below: number | undefined, limit: number): Promise<ActPage> {
    const listing = { query: this.#query.bind(this), lookedAt: this.#lookedAt };
    return this.#noting(() => actPage(listing, [filter, below, limit]));
  }

  async pruneActs(pruning: Pruning): Promise<number> {
    return this.#prune('acts', pruning);
  }

  /** The database keeps its own files. An idle daemon learns here that it has lost its seat. */
  async tidy(): Promise<void> {
    this.#assertOpen();
    this.#start.seat.assertHeld();
  }

  async close(): Promise<void> {
    this.#closing ??= this.#start.leave();
    await this.#closing;
  }

  async #words(words: object): Promise<void> {
    this.#assertOpen();
    await this.#start.seat.change({ text: WORDS, values: [JSON.stringify(words)] });
  }

  /** Of a step that an earlier copy has made the number is not known: 0, and the next step finds the rest. */
  async #prune(what: string, { lived, retentionMs, limit }: Pruning): Promise<number> {
    this.#assertOpen();
    const values = [what, lived, lived - retentionMs, limit];
    const row = await this.#start.seat.change({ text: PRUNE, values });
    return Number(row?.['pruned'] ?? 0);
  }

  /** Of a batch that an earlier copy has made, it is not known which ids were taken: each is looked up (H31). */
  async #foreign(accept: readonly AcceptWrite[]): Promise<CommitResult['existing']> {
    const holders = await this.#holders(accept);
    const tokenOf = new Map(accept.map(({ command }) => [command.seq, command.token]));
    const isOwn = (seq: number, found: StoredCommand | JournalError) =>
      'command' in found && found.command.seq === seq && found.command.token === tokenOf.get(seq);
    return new Map([...holders].filter(([seq, found]) => !isOwn(seq, found)));
  }

  async #holders(refused: readonly AcceptWrite[]): Promise<CommitResult['existing']> {
    if (refused.length === 0) return new Map();
    const rows = await this.#query(FIND_ALL, [refused.map(({ command }) => command.id)]);
    const byId = new Map(rows.map((row) => [String(row['id']), this.#holder(row)]));
    return new Map(
      refused.map(({ command: { seq, id } }) => {
        const holder = byId.get(id);
        if (holder === undefined) throw new Error(`no command has the id of command ${seq}`);
        return [seq, holder];
      }),
    );
  }

  #holder(row: Parameters<Reader['storedOrDamaged']>[0]): StoredCommand | JournalError {
    const found = this.#reader.storedOrDamaged(row);
    if (found instanceof JournalError) this.#onDamage(found);
    return found;
  }

  async #noting<Result>(read: () => Promise<Result>): Promise<Result> {
    try {
      return await read();
    } catch (error) {
      if (error instanceof JournalError && error.code === 'damaged') this.#onDamage(error);
      throw error;
    }
  }

  async #query(text: string, values?: readonly unknown[]) {
    this.#assertOpen();
    return this.#start.queries.rows(text, values);
  }

  #assertOpen(): void {
    if (this.#closing === undefined) return;
    throw new JournalError('the journal is closed', { code: 'closed' });
  }
}

function textOf([row]: readonly { readonly body?: unknown }[]): string | undefined {
  return row === undefined ? undefined : String(row.body);
}

/** Those that were not stored: of one command that is written twice, the second. */
function withoutStored(
  accept: readonly AcceptWrite[],
  stored: readonly number[],
): readonly AcceptWrite[] {
  const left = new Set(stored);
  return accept.filter(({ command }) => !left.delete(command.seq));
}

function isEmpty({ accept, begin, append, settle, forget }: WriteBatch): boolean {
  return accept.length + begin.length + append.length + settle.length + forget.length === 0;
}
