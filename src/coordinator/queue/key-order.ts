/**
 * One command at a time per key, in the order of acceptance (P6), and the requests of earlier commands that may
 * still land on the key (P4.4, P4.5).
 */
import { opposedUntil, type Want, withLoose } from '../../core/loose.ts';
import type { Loose } from '../../core/model.ts';
import { LinkedQueue } from './linked-queue.ts';
import type { OpenCommand } from './open-command.ts';

type LooseByNode = Readonly<Record<string, readonly Loose[]>>;

interface LooseOfCommand {
  /** The settled command whose requests these are. */
  readonly seq: number;
  readonly groupId: string;
  readonly loose: LooseByNode;
  /** The time at which the last of them has ended. */
  readonly until: number;
}

interface Key {
  holder: OpenCommand | undefined;
  /** Made when a command waits: few keys have two open commands at a time. */
  waiting: LinkedQueue<OpenCommand> | undefined;
  loose: readonly LooseOfCommand[];
}

/** Keys without a command since the watch began. */
export type QuietKeys = ReadonlySet<string>;
/** For nearly every key. */
const NO_LOOSE: readonly LooseOfCommand[] = [];

export class KeyOrder {
  readonly #keys = new Map<string, Key>();
  readonly #watches = new Set<Set<string>>();
  /** All loose records, in no order; few, because only failures leave one. */
  readonly #loose = new Set<LooseOfCommand>();

  /** @returns whether the command holds its key now; otherwise it waits in line */
  enter(open: OpenCommand): boolean {
    for (const quiet of this.#watches) quiet.delete(open.command.groupId);
    const key = this.#key(open.command.groupId);
    if (key.holder !== undefined) {
      key.waiting ??= new LinkedQueue();
      key.waiting.push(open);
      return false;
    }
    key.holder = open;
    return true;
  }

  holds(open: OpenCommand): boolean {
    return this.holderOf(open.command.groupId) === open;
  }

  holderOf(groupId: string): OpenCommand | undefined {
    return this.#keys.get(groupId)?.holder;
  }

  /** The command that holds the key and that this one waits for. */
  waitsFor(open: OpenCommand): { readonly waitsFor?: string } {
    const holder = this.holderOf(open.command.groupId);
    return holder === undefined || holder === open ? {} : { waitsFor: holder.command.id };
  }

  /** The command ends, at its key or still in line. @returns the command that holds the key next */
  leave(open: OpenCommand): OpenCommand | undefined {
    const { groupId } = open.command;
    const key = this.#key(groupId);
    if (key.holder !== open) {
      if (key.waiting?.remove(open)) return undefined;
      throw new Error(`P6: ${open.command.id} leaves a key it is not at`);
    }
    key.holder = key.waiting?.shift();
    this.#drop(groupId, key);
    return key.holder;
  }

  /** Watches the keys that have no command now; end it by `unwatch`. */
  watch(groupIds: readonly string[]): QuietKeys {
    const free = groupIds.filter((groupId) => this.#keys.get(groupId)?.holder === undefined);
    const quiet = new Set(free);
    this.#watches.add(quiet);
    return quiet;
  }

  unwatch(quiet: QuietKeys): void {
    this.#watches.delete(quiet as Set<string>);
  }

  /** Notes requests of a settled command that may still land. */
  addLoose(seq: number, groupId: string, loose: LooseByNode): void {
    const until = Math.max(...Object.values(loose).flatMap((all) => all.map((one) => one.until)));
    const record = { seq, groupId, loose, until };
    this.#loose.add(record);
    const key = this.#key(groupId);
    key.loose = [...key.loose, record];
  }

  /** The time from which nothing loose of this key opposes `want`; 0 if nothing does now. */
  opposedUntil(groupId: string, want: Want, now: number): number {
    let until = 0;
    for (const { loose } of this.#keys.get(groupId)?.loose ?? []) {
      for (const all of Object.values(loose)) until = Math.max(until, opposedUntil(all, want, now));
    }
    return until;
  }

  /** The same by node, for the nodes where something loose opposes `want`. */
  opposedNodes(groupId: string, want: Want, now: number): ReadonlyMap<string, number> {
    const nodes = new Map<string, number>();
    for (const { loose } of this.#keys.get(groupId)?.loose ?? []) {
      for (const [node, all] of Object.entries(loose)) {
        const until = Math.max(nodes.get(node) ?? 0, opposedUntil(all, want, now));
        if (until > 0) nodes.set(node, until);
      }
    }
    return nodes;
  }

  /**
   * The requests that may still land on this key, by node, each kind once; undefined if there are none.
   * (Records repeat the requests that their commands inherited: unmerged, they would double with each command.)
   */
  looseOf(groupId: string, now: number): LooseByNode | undefined {
    const merged = new Map<string, readonly Loose[]>();
    for (const { loose } of this.#keys.get(groupId)?.loose ?? []) {
      for (const [node, all] of Object.entries(loose)) {
        for (const one of all) {
          if (one.until > now) merged.set(node, withLoose(merged.get(node) ?? [], one, now));
        }
      }
    }
    return merged.size === 0 ? undefined : Object.fromEntries(merged);
  }

  /**
   * Forgets records that have ended, `limit` at most.
   * @returns the numbers of the commands whose records can leave the journal
   */
  expireLoose(now: number, limit: number): readonly number[] {
    const ended: number[] = [];
    for (const record of this.#loose) {
      if (record.until > now) continue;
      if (ended.length === limit) break;
      ended.push(record.seq);
      this.#loose.delete(record);
      const key = this.#key(record.groupId);
      key.loose = key.loose.filter((one) => one !== record);
      this.#drop(record.groupId, key);
    }
    return ended;
  }

  #key(groupId: string): Key {
    let key = this.#keys.get(groupId);
    if (key === undefined) {
      key = { holder: undefined, waiting: undefined, loose: NO_LOOSE };
      this.#keys.set(groupId, key);
    }
    return key;
  }

  #drop(groupId: string, key: Key): void {
    if (key.holder === undefined && key.loose.length === 0) this.#keys.delete(groupId);
  }
}
