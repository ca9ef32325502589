/**
 * The journal in memory: for tests and simulations, which crash it on purpose.
 *
 * It keeps every rule of the port and is simple on purpose: no index, every query reads all rows. A
 * resolved commit is in the next {@link MemoryJournal.snapshot}; a journal opened on that snapshot
 * is the daemon's next run. It is not durable (P2, P3 hold within the process only).
 */
import { compareBytes } from '../../base/byte-order.ts';
import { parseToken } from '../../core/token.ts';
import type { ActPage, ActWrites } from '../act.ts';
import { JournalError } from '../errors.ts';
import { assertKeepable } from '../kept.ts';
import type {
  AcceptWrite,
  CommitResult,
  Journal,
  LatestSettled,
  ListFilter,
  Pruning,
  RecoverableCommand,
  StoredCommand,
  WriteBatch,
} from '../port.ts';
import { MemoryActs } from './acts.ts';
import { Draft } from './draft.ts';
import { matches } from './filter.ts';
import { latestSettledOf } from './latest-settled.ts';
import {
  appended,
  begun,
  forgotten,
  parked,
  type Row,
  recordOf,
  recoverable,
  settled,
  shown,
  unheld,
  withoutRecord,
} from './rows.ts';
import { emptySnapshot, type MemorySnapshot } from './snapshot.ts';

export class MemoryJournal implements Journal {
  readonly id: string;
  #rows: Map<number, Row>;
  #ids: Map<string, number>;
  #lastSeq: number;
  #lastToken: string | undefined;
  #lived: number;
  readonly #kept: Map<string, string>;
  readonly #acts: MemoryActs;
  #closed = false;
  #refusal: JournalError | undefined;

  constructor(from = emptySnapshot()) {
    this.id = from.id;
    this.#rows = new Map(from.rows);
    this.#ids = new Map([...from.rows.values()].map(({ command }) => [command.id, command.seq]));
    this.#lastSeq = from.lastSeq;
    this.#lastToken = from.lastToken;
    this.#lived = from.lived;
    this.#kept = new Map(from.kept);
    this.#acts = new MemoryActs(from.acts);
  }

  /** The state that a crash at this moment would leave; works on a closed journal too. */
  snapshot(): MemorySnapshot {
    return {
      id: this.id,
      rows: new Map(this.#rows),
      lastSeq: this.#lastSeq,
      lastToken: this.#lastToken,
      lived: this.#lived,
      kept: new Map(this.#kept),
      acts: this.#acts.snapshot(),
    };
  }

  /** From now on every change fails with this error, as on a full disk; undefined ends that. */
  refuseChanges(refusal: JournalError | undefined): void {
    this.#refusal = refusal;
  }

  async head() {
    const openCount = this.#all().filter((row) => row.settlement === undefined).length;
    return { lastSeq: this.#lastSeq, lastToken: this.#lastToken, openCount, lived: this.#lived };
  }

  async commit(batch: WriteBatch): Promise<CommitResult> {
    this.#assertWritable();
    const draft = new Draft(this.#rows, this.#ids);
    const { lived } = batch;
    const refused = batch.accept.filter((write) => !draft.accept(write, lived));
    for (const write of batch.begin) draft.put(write.seq, begun(draft.row(write.seq), write));
    for (const write of batch.append) draft.put(write.seq, appended(draft.row(write.seq), write));
    for (const write of batch.settle)
      draft.put(write.seq, settled(draft.row(write.seq), write, lived));
    for (const seq of batch.forget) draft.put(seq, forgotten(draft.row(seq)));
    this.#store(draft);
    if (refused.length < batch.accept.length) this.#lived = Math.max(this.#lived, lived);
    return { existing: this.#holders(refused) };
  }

  async load(after: number, limit: number): Promise<readonly RecoverableCommand[]> {
    return this.#all()
      .filter((row) => row.settlement === undefined && row.command.seq > after)
      .slice(0, limit)
      .map(recoverable);
  }

  async loadLoose(after: number, limit: number) {
    const rows = this.#all().filter((row) => row.loose && row.command.seq > after);
    return rows.slice(0, limit).map(({ command: { seq, groupId }, settlement }) => {
      return { seq, groupId, loose: settlement?.loose ?? {} };
    });
  }

  async find(id: string): Promise<StoredCommand | undefined> {
    this.#assertOpen();
    const row = this.#rows.get(this.#ids.get(id) ?? -1);
    return row && shown(row);
  }

  async tokens(groupIds: readonly string[]) {
    const tokens = new Map<string, Readonly<Record<string, string>>>();
    const wanted = new Set(groupIds);
    for (const { command, settlement } of this.#all()) {
      if (!wanted.has(command.groupId) || settlement?.tokens === undefined) continue;
      tokens.set(command.groupId, settlement.tokens);
    }
    return tokens;
  }

  async latestSettled(groupIds: readonly string[]) {
    const words = new Map<string, LatestSettled>();
    const wanted = new Set(groupIds);
    for (const { command, settlement, lived } of this.#all()) {
      const { groupId } = command;
      if (!wanted.has(groupId) || settlement === undefined) continue;
      if (settlement.state === 'refused') continue;
      const word = latestSettledOf({ command, settlement, lived }, words.get(groupId)?.committed);
      if (word === undefined) words.delete(groupId);
      else words.set(groupId, word);
    }
    return words;
  }

  async keys(after: string, limit: number): Promise<readonly string[]> {
    const settled = this.#all().filter(({ settlement }) => settlement !== undefined);
    const keys = new Set(settled.map(({ command }) => command.groupId));
    const above = [...keys].filter((key) => compareBytes(key, after) > 0);
    return above.sort(compareBytes).slice(0, limit);
  }

  async list(filter: ListFilter, before: number | undefined, limit: number) {
    const isBelow = (row: Row): boolean => row.command.seq < (before ?? Infinity);
    const found = this.#all()
      .filter((row) => isBelow(row) && matches(filter, row))
      .reverse();
    const commands = found.slice(0, limit).map(shown);
    const last = commands.at(-1);
    const more = found.length > limit && last !== undefined;
    return more ? { commands, next: last.command.seq } : { commands };
  }

  async records(seqs: readonly number[]): Promise<ReadonlyMap<number, string>> {
    this.#assertOpen();
    return new Map(seqs.flatMap((seq) => recordOf(this.#rows.get(seq))));
  }

  async foundBody(seq: number, node: string): Promise<string | undefined> {
    this.#assertOpen();
    return this.#rows.get(seq)?.bodies?.get(node);
  }

  async story(seq: number): Promise<string | undefined> {
    this.#assertOpen();
    return this.#rows.get(seq)?.story;
  }

  async keep(name: string, value: string | undefined): Promise<void> {
    this.#assertWritable();
    assertKeepable(name, value);
    if (value === undefined) this.#kept.delete(name);
    else this.#kept.set(name, value);
  }

  async kept(): Promise<ReadonlyMap<string, string>> {
    this.#assertOpen();
    return new Map(this.#kept);
  }

  async park(seq: number): Promise<void> {
    this.#assertWritable();
    const row = this.#rows.get(seq);
    if (row !== undefined) this.#rows.set(seq, parked(row));
  }

  async unhold(seqs: readonly number[]): Promise<void> {
    this.#assertWritable();
    for (const seq of seqs) {
      const row = this.#rows.get(seq);
      if (row !== undefined) this.#rows.set(seq, unheld(row));
    }
  }

  async prune({ lived, retentionMs, limit }: Pruning): Promise<number> {
    this.#assertWritable();
    this.#lived = Math.max(this.#lived, lived);
    const old = this.#all()
      .filter((row) => row.settlement !== undefined && !row.loose)
      .filter((row) => row.lived < lived - retentionMs)
      .sort((a, b) => a.lived - b.lived || a.command.seq - b.command.seq)
      .slice(0, limit);
    for (const { command } of old) {
      this.#rows.delete(command.seq);
      this.#ids.delete(command.id);
    }
    return old.length;
  }

  async pruneRecords({ lived, retentionMs, limit }: Pruning): Promise<number> {
    this.#assertWritable();
    const old = this.#all()
      .filter(({ record }) => record !== undefined)
      .slice(0, limit)
      .filter((row) => row.settlement !== undefined && row.lived < lived - retentionMs);
    for (const row of old) this.#rows.set(row.command.seq, withoutRecord(row));
    return old.length;
  }

  async noteActs(writes: ActWrites): Promise<readonly number[]> {
    this.#assertWritable();
    return this.#acts.note(writes);
  }

  async acts(...[filter, below, limit]: Parameters<Journal['acts']>): Promise<ActPage> {
    this.#assertOpen();
    return this.#acts.page(filter, below, limit);
  }

  async pruneActs(pruning: Pruning): Promise<number> {
    this.#assertWritable();
    return this.#acts.prune(pruning);
  }

  async tidy(): Promise<void> {
    this.#assertOpen();
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  /** All rows, oldest first. */
  #all(): Row[] {
    this.#assertOpen();
    return [...this.#rows.values()].sort((a, b) => a.command.seq - b.command.seq);
  }

  #store(draft: Draft): void {
    for (const row of draft.changed()) {
      const { seq, id, token } = row.command;
      this.#rows.set(seq, row);
      this.#ids.set(id, seq);
      this.#lastSeq = Math.max(this.#lastSeq, seq);
      const known = this.#lastToken;
      if (known === undefined || parseToken(token) > parseToken(known)) this.#lastToken = token;
    }
  }

  #holders(refused: readonly AcceptWrite[]): ReadonlyMap<number, StoredCommand> {
    const holders = new Map<number, StoredCommand>();
    for (const { command } of refused) {
      const row = this.#rows.get(this.#ids.get(command.id) ?? -1);
      if (row !== undefined) holders.set(command.seq, shown(row));
    }
    return holders;
  }

  #assertOpen(): void {
    if (this.#closed) throw new JournalError('the journal is closed', { code: 'closed' });
  }

  #assertWritable(): void {
    this.#assertOpen();
    if (this.#refusal !== undefined) throw this.#refusal;
  }
}
