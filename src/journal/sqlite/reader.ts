/** The queries of the journal: each answer is bounded by the caller's limit, none of them locks. */
import type { Database } from 'better-sqlite3';
import type {
  JournalHead,
  LatestSettled,
  RecoverableCommand,
  StoredCommand,
  StoredLoose,
} from '../port.ts';
import { priorOf } from '../prior.ts';
import type { Clusters } from './clusters.ts';
import { assertKnown } from './legible.ts';
import {
  type LatestSettledRow,
  prepareCountOpen,
  prepareFind,
  prepareKeys,
  prepareLastCommitted,
  prepareLatestSettled,
  prepareLoadEntries,
  prepareLoadLoose,
  prepareLoadOpen,
  prepareReadHead,
  prepareSettlement,
  prepareTokens,
} from './reads.ts';
import { type EntryRow, openOf, storedOf } from './rows.ts';
import { settlementOf } from './settlement-text.ts';

export class Reader {
  readonly #clusters: Clusters;
  readonly #head;
  readonly #countOpen;
  readonly #loadOpen;
  readonly #loadEntries;
  readonly #loadLoose;
  readonly #find;
  readonly #tokens;
  readonly #lastWord;
  readonly #lastCommitted;
  readonly #settlement;
  readonly #keys;

  constructor(db: Database, clusters: Clusters) {
    this.#clusters = clusters;
    this.#head = prepareReadHead(db);
    this.#countOpen = prepareCountOpen(db);
    this.#loadOpen = prepareLoadOpen(db);
    this.#loadEntries = prepareLoadEntries(db);
    this.#loadLoose = prepareLoadLoose(db);
    this.#find = prepareFind(db);
    this.#tokens = prepareTokens(db);
    this.#lastWord = prepareLatestSettled(db);
    this.#lastCommitted = prepareLastCommitted(db);
    this.#settlement = prepareSettlement(db);
    this.#keys = prepareKeys(db);
  }

  head(): JournalHead {
    const row = this.#head.get();
    return {
      lastSeq: row?.last_seq ?? 0,
      lastToken: row?.last_token ?? undefined,
      openCount: this.#countOpen.get() ?? 0,
      lived: row?.lived ?? 0,
    };
  }

  load(after: number, limit: number): readonly RecoverableCommand[] {
    const rows = this.#loadOpen.all(after, limit);
    const entries = new Map<number, EntryRow[]>();
    for (const entry of this.#loadEntries.all(after, limit)) {
      const own = entries.get(entry.seq);
      if (own === undefined) entries.set(entry.seq, [entry]);
      else own.push(entry);
    }
    return rows.map((row) => openOf(row, entries.get(row.seq) ?? [], this.#clusters));
  }

  loadLoose(after: number, limit: number): readonly StoredLoose[] {
    return this.#loadLoose.all(after, limit).map((row) => ({
      seq: row.seq,
      groupId: row.group_id,
      loose: settlementOf(row.seq, row.settlement, this.#clusters).loose ?? {},
    }));
  }

  find(id: string): StoredCommand | undefined {
    const row = this.#find.get(id);
    return row === undefined ? undefined : storedOf(row, this.#clusters);
  }

  tokens(groupIds: readonly string[]): ReadonlyMap<string, Readonly<Record<string, string>>> {
    const tokens = new Map<string, Readonly<Record<string, string>>>();
    for (const groupId of groupIds) {
      const row = this.#tokens.get(groupId);
      if (row !== undefined)
        tokens.set(groupId, settlementOf(row.seq, row.settlement, this.#clusters).tokens ?? {});
    }
    return tokens;
  }

  latestSettled(groupIds: readonly string[]): ReadonlyMap<string, LatestSettled> {
    const words = new Map<string, LatestSettled>();
    for (const groupId of groupIds) {
      const row = this.#lastWord.get(groupId, groupId);
      if (row === undefined) continue;
      assertKnown(row.seq, 'op', row.op);
      const word = this.#latestSettledOf(groupId, row);
      if (Object.keys(word).length > 0) words.set(groupId, word);
    }
    return words;
  }

  #latestSettledOf(groupId: string, { seq, op, state, lived }: LatestSettledRow): LatestSettled {
    if (state === 'committed') return { committed: { op, lived } };
    const row = this.#lastCommitted.get(groupId, groupId);
    const before = row === undefined ? {} : { committed: { op: row.op, lived: row.lived } };
    if (state !== 'rolled_back') return before;
    const settlement = settlementOf(seq, this.#settlement.get(seq) ?? '', this.#clusters);
    return { ...before, rolledBack: { prior: priorOf(settlement), lived } };
  }

  keys(after: string, limit: number): readonly string[] {
    return this.#keys.all(after, limit);
  }
}
