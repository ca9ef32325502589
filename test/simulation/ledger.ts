/**
 * The durable data, for the judges. It is collected from the commits themselves when they reach the
 * disk, not read from the journal, because the journal is judged too.
 */
import type { Command, DurableEntry, Finding, Settlement } from '../../src/core/model.ts';
import type { CommitResult, WriteBatch } from '../../src/journal/port.ts';

export interface Entry {
  readonly command: Command;
  /** In virtual time, like all times here except those of the durable entries. */
  readonly acceptedAt: number;
  readonly entries: DurableEntry[];
  began: { readonly findings?: Readonly<Record<string, Finding>> } | undefined;
  /** The time at which its direction changed, in virtual time. */
  turnedAt: number | undefined;
  stuckFlags: number;
  /** In virtual time. */
  settledAt: number | undefined;
  settled: Settlement | undefined;
  /** The journal has pruned it, and its id is free. */
  pruned: boolean;
}

export class Ledger {
  readonly #bySeq = new Map<number, Entry>();
  readonly #byId = new Map<string, Entry>();
  readonly #byKey = new Map<string, Entry[]>();
  openCount = 0;

  /** In the order of acceptance. */
  get all(): IterableIterator<Entry> {
    return this.#bySeq.values();
  }

  of(seq: number): Entry | undefined {
    return this.#bySeq.get(seq);
  }

  /** The command that has this id now, or had it last. */
  byId(id: string): Entry | undefined {
    return this.#byId.get(id);
  }

  ofKey(groupId: string): readonly Entry[] {
    return this.#byKey.get(groupId) ?? [];
  }

  take(batch: WriteBatch, { existing }: CommitResult, now: number): void {
    for (const { command, begun } of batch.accept) {
      if (existing.has(command.seq)) continue;
      this.#accept(command, now);
      if (begun) this.#add(command.seq, { kind: 'began', at: command.acceptedAt }, now);
    }
    for (const { seq, ...began } of batch.begin) this.#add(seq, { kind: 'began', ...began }, now);
    for (const { seq, entries } of batch.append) {
      for (const entry of entries) this.#add(seq, entry, now);
    }
    for (const { seq, settlement } of batch.settle) this.#add(seq, settlement, now);
  }

  prune(seq: number): void {
    const entry = this.#bySeq.get(seq);
    if (entry === undefined) throw new Error(`${seq} is pruned, and was not accepted`);
    entry.pruned = true;
  }

  #accept(command: Command, now: number): void {
    const entry: Entry = {
      command,
      acceptedAt: now,
      entries: [],
      began: undefined,
      turnedAt: undefined,
      stuckFlags: 0,
      settledAt: undefined,
      settled: undefined,
      pruned: false,
    };
    this.#bySeq.set(command.seq, entry);
    this.#byId.set(command.id, entry);
    const key = this.#byKey.get(command.groupId);
    if (key === undefined) this.#byKey.set(command.groupId, [entry]);
    else key.push(entry);
    this.openCount++;
  }

  #add(seq: number, durable: DurableEntry, now: number): void {
    const entry = this.#bySeq.get(seq);
    if (entry === undefined) throw new Error(`${durable.kind} of ${seq}, which was not accepted`);
    entry.entries.push(durable);
    switch (durable.kind) {
      case 'began':
        entry.began = durable;
        break;
      case 'turned':
        entry.turnedAt = now;
        break;
      case 'stuck':
        entry.stuckFlags++;
        break;
      case 'settled':
        entry.settled = durable;
        entry.settledAt = now;
        this.openCount--;
        break;
      case 'node_turned':
        break;
    }
  }
}

/** The direction in which one node is driven, by the durable entries alone. */
export function directionOf({ entries, turnedAt }: Entry, node: string): 'want' | 'prior' {
  if (turnedAt !== undefined) return 'prior';
  let direction: 'want' | 'prior' = 'want';
  for (const entry of entries) {
    if (entry.kind === 'node_turned' && entry.node === node) direction = entry.direction;
  }
  return direction;
}
