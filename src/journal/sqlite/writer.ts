/**
 * Writes one batch, within a transaction that the caller holds: all of it, or an exception.
 *
 * Each statement checks the state of the command in its WHERE; one that changes no row is a
 * programmer's error and undoes the batch. Order: accept, begin, append, settle, forget, so one
 * batch may carry the whole life of a command.
 */
import type { Database } from 'better-sqlite3';
import { splitBodies } from '../../core/stored-bodies.ts';
import { parseToken } from '../../core/token.ts';
import { IllegalWrite } from '../errors.ts';
import type {
  AcceptWrite,
  AppendWrite,
  BeginWrite,
  SettleWrite,
  StoredCommand,
  WriteBatch,
} from '../port.ts';
import type { Clusters } from './clusters.ts';
import { prepareFind, prepareReadHead, prepareWriteHead } from './reads.ts';
import { prepareDropFound, prepareKeepFound, prepareKeepRecord } from './records.ts';
import { storedOf } from './rows.ts';
import { textOf } from './settlement-text.ts';
import {
  prepareAccept,
  prepareAppend,
  prepareBegin,
  prepareFlagStuck,
  prepareForget,
  prepareIsOpen,
  prepareSettle,
  prepareTurn,
} from './writes.ts';

/** The head after the acceptances of one batch. */
interface Latest {
  readonly seq: number;
  readonly token: string;
  readonly micros: number;
  readonly lived: number;
}

export class Writer {
  readonly #clusters: Clusters;
  readonly #accept;
  readonly #keepRecord;
  readonly #keepFound;
  readonly #dropFound;
  readonly #begin;
  readonly #append;
  readonly #turn;
  readonly #flagStuck;
  readonly #settle;
  readonly #forget;
  readonly #isOpen;
  readonly #find;
  readonly #readHead;
  readonly #writeHead;

  constructor(db: Database, clusters: Clusters) {
    this.#clusters = clusters;
    this.#accept = prepareAccept(db);
    this.#keepRecord = prepareKeepRecord(db);
    this.#keepFound = prepareKeepFound(db);
    this.#dropFound = prepareDropFound(db);
    this.#begin = prepareBegin(db);
    this.#append = prepareAppend(db);
    this.#turn = prepareTurn(db);
    this.#flagStuck = prepareFlagStuck(db);
    this.#settle = prepareSettle(db);
    this.#forget = prepareForget(db);
    this.#isOpen = prepareIsOpen(db);
    this.#find = prepareFind(db);
    this.#readHead = prepareReadHead(db);
    this.#writeHead = prepareWriteHead(db);
  }

  /** Returns the commands that had an accepted command's id already, by the latter's `seq`. */
  write(batch: WriteBatch): ReadonlyMap<number, StoredCommand> {
    const refused = this.#acceptAll(batch);
    for (const write of batch.begin) this.#beginOne(write);
    for (const write of batch.append) this.#appendAll(write);
    for (const write of batch.settle) this.#settleOne(write, batch.lived);
    for (const seq of batch.forget) this.#forgetOne(seq);
    return this.#holders(refused);
  }

  /** Returns those whose id was taken. */
  #acceptAll({ accept, lived }: WriteBatch): AcceptWrite[] {
    const refused: AcceptWrite[] = [];
    let lastSeq = 0;
    let lastToken = '';
    let lastMicros = -1;
    for (const write of accept) {
      if (!this.#acceptOne(write, lived)) {
        refused.push(write);
        continue;
      }
      const { seq, token } = write.command;
      const micros = parseToken(token);
      if (seq > lastSeq) lastSeq = seq;
      if (micros > lastMicros) [lastMicros, lastToken] = [micros, token];
    }
    if (lastSeq > 0) this.#raiseHead({ seq: lastSeq, token: lastToken, micros: lastMicros, lived });
    return refused;
  }

  #acceptOne({ command, begun, record }: AcceptWrite, lived: number): boolean {
    const done = this.#accept.run(
      command.seq,
      command.id,
      command.op,
      command.groupId,
      command.ensure ? 1 : 0,
      command.lane,
      command.token,
      this.#clusters.number(command.nodes),
      command.acceptedAt,
      command.deadlineAt,
      begun ? 'applying' : 'accepted',
      begun ? command.acceptedAt : null,
      lived,
      command.record?.digest ?? null,
      command.record?.bytes ?? null,
    );
    const isStored = done.changes === 1;
    if (isStored && record !== undefined) this.#keepRecord.run(command.seq, record);
    return isStored;
  }

  #raiseHead({ seq, token, micros, lived }: Latest): void {
    const head = this.#readHead.get();
    const known = head?.last_token ?? null;
    const higher = known === null || micros > parseToken(known);
    this.#writeHead.run(Math.max(seq, head?.last_seq ?? 0), higher ? token : known, lived);
  }

  #beginOne({ seq, at, findings }: BeginWrite): void {
    expectOne(this.#begin.run(at, seq).changes, seq, 'begins, but is not accepted');
    if (findings === undefined) return;
    const split = splitBodies(findings);
    this.#append.run('began', at, JSON.stringify({ findings: split.findings }), seq);
    for (const [node, body] of split.bodies) this.#keepFound.run(seq, node, body);
  }

  #appendAll({ seq, entries }: AppendWrite): void {
    for (const { kind, at, ...body } of entries) {
      const { changes } = this.#append.run(kind, at, JSON.stringify(body), seq);
      expectOne(changes, seq, `gets '${kind}', but has not begun or is settled`);
      if (kind === 'stuck') this.#flagStuck.run(seq);
      if ('reason' in body) this.#turn.run(body.reason, seq);
    }
  }

  #settleOne({ seq, settlement }: SettleWrite, lived: number): void {
    const { changes } = this.#settle.run(
      settlement.state,
      settlement.reason ?? null,
      settlement.at,
      textOf(settlement, this.#clusters),
      settlement.tokens === undefined ? 0 : 1,
      settlement.loose === undefined ? 0 : 1,
      lived,
      seq,
    );
    expectOne(changes, seq, 'settles, but is not open');
    this.#dropFound.run(seq);
  }

  #forgetOne(seq: number): void {
    if (this.#forget.run(seq).changes === 1) return;
    // Forgotten or pruned before: nothing to do. Open: its loose requests still matter.
    if (this.#isOpen.get(seq) === 1) throw new IllegalWrite(`command ${seq} is forgotten open`);
  }

  #holders(refused: readonly AcceptWrite[]): ReadonlyMap<number, StoredCommand> {
    const holders = new Map<number, StoredCommand>();
    for (const { command } of refused) {
      const row = this.#find.get(command.id);
      if (row === undefined) throw new Error(`no command has the id of command ${command.seq}`);
      holders.set(command.seq, storedOf(row, this.#clusters));
    }
    return holders;
  }
}

function expectOne(changes: number, seq: number, what: string): void {
  if (changes !== 1) throw new IllegalWrite(`command ${seq} ${what}`);
}
