/**
 * Writes one batch, within a transaction that the caller holds: all of it, or an exception.
 *
 * Each statement checks the state of the command in its WHERE; one that changes no row is a
 * programmer's error and undoes the batch. Order: accept, begin, append, settle, forget, so one
 * batch may carry the whole life of a command.
 */
import type { Database } from 'better-sqlite3';
import type { DurableEntry, Reason } from '../../core/model.ts';
import { splitBodies } from '../../core/stored-bodies.ts';
import { parseToken } from '../../core/token.ts';
import { IllegalWrite, type JournalError } from '../errors.ts';
import type {
  AcceptWrite,
  AppendWrite,
  BeginWrite,
  CommitResult,
  SettleWrite,
  StoredCommand,
  WriteBatch,
} from '../port.ts';
import { textOf } from '../stored/settlement-text.ts';
import type { Clusters } from './clusters.ts';
import { type BeforeRow, prepareBefore, prepareFind } from './reads.ts';
import type { Head, Latest } from './sums/head.ts';
import { Ledger } from './sums/ledger.ts';
import type { RowReader } from './sums/row-reader.ts';
import {
  acceptSum,
  beganSum,
  entrySum,
  foundSum,
  heldSum,
  minus,
  openSum,
  recordSum,
  settleSum,
  storySum,
} from './sums/row-sums.ts';
import { prepareDropFound, prepareKeepFound, prepareKeepRecord } from './tables/records.ts';
import { prepareKeepStory } from './tables/stories.ts';
import {
  prepareAccept,
  prepareAppend,
  prepareBegin,
  prepareFlagStuck,
  prepareForget,
  prepareGain,
  prepareHold,
  prepareIsOpen,
  prepareSettle,
  prepareTurn,
} from './writes.ts';

export class Writer {
  readonly #clusters: Clusters;
  readonly #rows: RowReader;
  readonly #head: Head;
  readonly #accept;
  readonly #keepRecord;
  readonly #keepFound;
  readonly #dropFound;
  readonly #keepStory;
  readonly #begin;
  readonly #append;
  readonly #gain;
  readonly #turn;
  readonly #flagStuck;
  readonly #before;
  readonly #settle;
  readonly #forget;
  readonly #hold;
  readonly #isOpen;
  readonly #find;
  #ledger = new Ledger();
  /** What a settlement has to know of open commands that nothing befell since their acceptance: no query for them. */
  readonly #fresh = new Map<number, BeforeRow>();

  constructor(db: Database, parts: { clusters: Clusters; rows: RowReader; head: Head }) {
    this.#clusters = parts.clusters;
    this.#rows = parts.rows;
    this.#head = parts.head;
    this.#accept = prepareAccept(db);
    this.#keepRecord = prepareKeepRecord(db);
    this.#keepFound = prepareKeepFound(db);
    this.#dropFound = prepareDropFound(db);
    this.#keepStory = prepareKeepStory(db);
    this.#begin = prepareBegin(db);
    this.#append = prepareAppend(db);
    this.#gain = prepareGain(db);
    this.#turn = prepareTurn(db);
    this.#flagStuck = prepareFlagStuck(db);
    this.#before = prepareBefore(db);
    this.#settle = prepareSettle(db);
    this.#forget = prepareForget(db);
    this.#hold = prepareHold(db);
    this.#isOpen = prepareIsOpen(db);
    this.#find = prepareFind(db);
  }

  /** A transaction failed: what it noted is not in the journal. */
  forget(): void {
    this.#fresh.clear();
    this.#clusters.forget();
  }

  /** Returns the commands that had an accepted command's id already, by the latter's `seq`. */
  write(batch: WriteBatch): CommitResult['existing'] {
    this.#ledger = new Ledger();
    const refused: AcceptWrite[] = [];
    const latest = this.#acceptAll(batch, refused);
    for (const write of batch.begin) this.#beginOne(write);
    for (const write of batch.append) this.#appendAll(write);
    for (const write of batch.settle) this.#settleOne(write, batch.lived);
    for (const seq of batch.forget) this.#forgetOne(seq);
    this.#head.raise(this.#ledger, latest && { ...latest, lived: batch.lived });
    return this.#holders(refused);
  }

  /** Open commands are held with this code, or are not any more (0); others stay as they are. */
  hold(seqs: readonly number[], held: 0 | 2): void {
    this.#ledger = new Ledger();
    for (const seq of seqs) {
      const before = this.#before.get(seq);
      if (before === undefined || before.held === held) continue;
      const gained = minus(heldSum(held), heldSum(before.held));
      this.#fresh.delete(seq);
      this.#hold.run(held, gained, seq);
      this.#ledger.gained(gained);
    }
    this.#head.raise(this.#ledger);
  }

  /** Adds those whose id was taken to `refused`. */
  #acceptAll({ accept, lived }: WriteBatch, refused: AcceptWrite[]): Latest | undefined {
    let latest: Latest | undefined;
    let lastSeq = 0;
    for (const write of accept) {
      if (!this.#acceptOne(write, lived)) {
        refused.push(write);
        continue;
      }
      const { seq, token } = write.command;
      const micros = parseToken(token);
      lastSeq = Math.max(lastSeq, seq);
      if (latest === undefined || micros > latest.micros) latest = { seq, token, micros };
    }
    return latest && { ...latest, seq: lastSeq };
  }

  #acceptOne({ command, begun, record }: AcceptWrite, lived: number): boolean {
    const { seq, id, op, groupId, lane, token, acceptedAt, deadlineAt } = command;
    const ensure = command.ensure ? 1 : 0;
    const cluster = this.#clusters.number(command.nodes);
    const beganAt = begun ? acceptedAt : null;
    const digest = command.record?.digest ?? null;
    const bytes = command.record?.bytes ?? null;
    const sums = {
      accept_sum: acceptSum({
        seq,
        id,
        op,
        group_id: groupId,
        ensure,
        lane,
        token,
        cluster,
        accepted_at: acceptedAt,
        deadline_at: deadlineAt,
        record_digest: digest,
        record_bytes: bytes,
      }),
      state_sum: openSum({ seq, lived, began_at: beganAt, held: 0 }),
    };
    const done = this.#accept.run(
      seq,
      id,
      op,
      groupId,
      ensure,
      lane,
      token,
      cluster,
      acceptedAt,
      deadlineAt,
      begun ? 'applying' : 'accepted',
      beganAt,
      lived,
      digest,
      bytes,
      sums.accept_sum,
      sums.state_sum,
    );
    if (done.changes !== 1) return false;
    this.#ledger.accepted(sums);
    this.#fresh.set(seq, { ...sums, reason: null, held: 0 });
    if (record === undefined) return true;
    const sum = recordSum(seq, record);
    this.#keepRecord.run(seq, record, sum);
    this.#ledger.recorded(sum);
    return true;
  }

  #beginOne({ seq, at, findings }: BeginWrite): void {
    const gained = beganSum(seq, at);
    this.#fresh.delete(seq);
    expectOne(this.#begin.run(at, gained, seq).changes, seq, 'begins, but is not accepted');
    this.#ledger.gained(gained);
    if (findings === undefined) return;
    const split = splitBodies(findings);
    this.#appendOne(seq, { kind: 'began', at, findings: split.findings });
    for (const [node, body] of split.bodies)
      this.#keepFound.run(seq, node, body, foundSum(seq, node, body));
  }

  #appendAll({ seq, entries }: AppendWrite): void {
    for (const entry of entries) {
      this.#appendOne(seq, entry);
      if (entry.kind === 'stuck') this.#flagStuck.run(seq);
      if ('reason' in entry) this.#turn.run(entry.reason, seq);
    }
  }

  #appendOne(seq: number, entry: DurableEntry): void {
    const { kind, at, ...rest } = entry;
    const body = JSON.stringify(rest);
    this.#fresh.delete(seq);
    const n = this.#append.get(kind, at, body, seq);
    if (n === undefined) throw illegal(seq, `gets '${kind}', but has not begun or is settled`);
    const gained = entrySum({ seq, n, kind, at, body });
    this.#gain.run(gained, seq);
    this.#ledger.gained(gained);
  }

  #settleOne({ seq, settlement, story }: SettleWrite, lived: number): void {
    const before = this.#fresh.get(seq) ?? this.#before.get(seq);
    if (before === undefined) throw illegal(seq, 'settles, but is not open');
    this.#fresh.delete(seq);
    const row = {
      seq,
      state: settlement.state,
      reason: settlement.reason ?? (before.reason as Reason | null),
      settled_at: settlement.at,
      settlement: textOf(settlement, this.#clusters),
      marked: settlement.tokens === undefined ? 0 : 1,
      loose: settlement.loose === undefined ? 0 : 1,
      lived,
    } as const;
    const sum = settleSum(row);
    const { changes } = this.#settle.run(
      row.state,
      row.reason,
      row.settled_at,
      row.settlement,
      row.marked,
      row.loose,
      lived,
      sum,
      seq,
    );
    expectOne(changes, seq, 'settles, but is not open');
    this.#dropFound.run(seq);
    const after = { accept_sum: before.accept_sum, state_sum: sum };
    this.#ledger.settled(before, after, { isLoose: row.loose === 1 });
    if (story !== undefined) this.#keepStory.run(seq, story, storySum(seq, story));
  }

  #forgetOne(seq: number): void {
    const after = this.#forget.get(seq);
    if (after !== undefined) return this.#ledger.forgotten(after);
    // Forgotten or pruned before: nothing to do. Open: its loose requests still matter.
    if (this.#isOpen.get(seq) === 1) throw illegal(seq, 'is forgotten open');
  }

  /** A row that is damaged ends no batch: only the client that repeats its id hears of it. */
  #holders(refused: readonly AcceptWrite[]): CommitResult['existing'] {
    const holders = new Map<number, StoredCommand | JournalError>();
    for (const { command } of refused) {
      const row = this.#find.get(command.id);
      if (row === undefined) throw new Error(`no command has the id of command ${command.seq}`);
      holders.set(command.seq, this.#rows.storedOrDamaged(row));
    }
    return holders;
  }
}

function illegal(seq: number, what: string): IllegalWrite {
  return new IllegalWrite(`command ${seq} ${what}`);
}

function expectOne(changes: number, seq: number, what: string): void {
  if (changes !== 1) throw illegal(seq, what);
}
