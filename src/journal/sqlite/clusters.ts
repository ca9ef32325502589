/**
 * Lists of nodes, each stored once under a small number.
 *
 * The cache may run ahead of the database when a commit fails: call {@link Clusters.forget} then.
 */
import type { Database } from 'better-sqlite3';
import { JournalError } from '../errors.ts';
import { clusterSum } from './sums/row-sums.ts';
import {
  prepareFindCluster,
  prepareInsertCluster,
  prepareReadCluster,
  prepareSumCluster,
} from './writes.ts';

export class Clusters {
  readonly #insert;
  readonly #sum;
  readonly #find;
  readonly #read;
  readonly #numbers = new Map<string, number>();
  readonly #lists = new Map<number, readonly string[]>();

  constructor(db: Database) {
    this.#insert = prepareInsertCluster(db);
    this.#sum = prepareSumCluster(db);
    this.#find = prepareFindCluster(db);
    this.#read = prepareReadCluster(db);
  }

  /** The number of this list; a new list gets one now. Call it within a write transaction. */
  number(nodes: readonly string[]): number {
    const text = JSON.stringify(nodes);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const { changes } = this.#insert.run(text);
    const id = this.#find.get(text);
    if (id === undefined)
      throw new JournalError(`cluster ${text} was not stored`, { code: 'corrupt' });
    if (changes === 1) this.#sum.run(clusterSum(id, text), id);
    this.#numbers.set(text, id);
    return id;
  }

  /** Its number, if it has been read since the start. */
  known(nodes: readonly string[]): number | undefined {
    return this.#numbers.get(JSON.stringify(nodes));
  }

  /** @throws JournalError `damaged` */
  nodes(id: number): readonly string[] {
    const known = this.#lists.get(id);
    if (known !== undefined) return known;
    const row = this.#read.get(id);
    if (row === undefined) throw damaged(id, 'is missing');
    if (row.sum !== clusterSum(id, row.nodes)) throw damaged(id, 'does not match its checksum');
    const nodes = Object.freeze(listOf(id, row.nodes));
    this.#lists.set(id, nodes);
    return nodes;
  }

  /** Drops the cache. */
  forget(): void {
    this.#numbers.clear();
    this.#lists.clear();
  }
}

function listOf(id: number, text: string): string[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every((one) => typeof one === 'string')) return list;
  } catch {
    // Told below.
  }
  throw damaged(id, 'is no list of nodes');
}

function damaged(id: number, how: string): JournalError {
  return new JournalError(`list of nodes ${id} (table cluster) ${how}`, { code: 'damaged' });
}
