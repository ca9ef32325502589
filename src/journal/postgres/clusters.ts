/**
 * Lists of nodes, each stored once under a small number. They are stored outside the batches, which is harmless: a list
 * that no command has is only a row too many.
 */
import { JournalError } from '../errors.ts';
import type { NodeLists } from '../stored/settlement-text.ts';
import type { Row } from './link.ts';

type Query = (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

export class Clusters implements NodeLists {
  readonly #query: Query;
  readonly #numbers = new Map<string, number>();
  readonly #lists = new Map<number, readonly string[]>();

  constructor(query: Query) {
    this.#query = query;
  }

  /** Reads all of them: there are as many as there were configurations. */
  async read(): Promise<void> {
    for (const { id, nodes } of await this.#query('SELECT id, nodes FROM lockstep.cluster')) {
      this.#note(Number(id), String(nodes));
    }
  }

  /** The number of this list; a new list gets one now. */
  async number(nodes: readonly string[]): Promise<number> {
    const text = JSON.stringify(nodes);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    await this.#query('INSERT INTO lockstep.cluster (nodes) VALUES ($1) ON CONFLICT DO NOTHING', [
      text,
    ]);
    const [row] = await this.#query('SELECT id FROM lockstep.cluster WHERE nodes = $1', [text]);
    if (row === undefined)
      throw new JournalError(`cluster ${text} was not stored`, { code: 'corrupt' });
    return this.#note(Number(row['id']), text);
  }

  known(nodes: readonly string[]): number | undefined {
    return this.#numbers.get(JSON.stringify(nodes));
  }

  nodes(id: number): readonly string[] {
    const known = this.#lists.get(id);
    if (known !== undefined) return known;
    throw new JournalError(`list of nodes ${id} (table cluster) is missing`, { code: 'damaged' });
  }

  #note(id: number, text: string): number {
    const nodes: unknown = JSON.parse(text);
    this.#numbers.set(text, id);
    this.#lists.set(id, Object.freeze(nodes as string[]));
    return id;
  }
}
