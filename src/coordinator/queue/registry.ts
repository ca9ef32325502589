/** All open commands, by number and by id (P7). */
import type { OpenCommand } from './open-command.ts';

export class Registry {
  readonly #bySeq = new Map<number, OpenCommand>();
  readonly #byId = new Map<string, OpenCommand>();

  get size(): number {
    return this.#bySeq.size;
  }

  add(open: OpenCommand): void {
    const { seq, id } = open.command;
    if (this.#byId.has(id)) throw new Error(`P7: two open commands of the id ${id}`);
    this.#bySeq.set(seq, open);
    this.#byId.set(id, open);
  }

  remove(open: OpenCommand): void {
    this.#bySeq.delete(open.command.seq);
    this.#byId.delete(open.command.id);
  }

  bySeq(seq: number): OpenCommand {
    const open = this.#bySeq.get(seq);
    if (open === undefined) throw new Error(`an executor reports on ${seq}, which is not open`);
    return open;
  }

  byId(id: string): OpenCommand | undefined {
    return this.#byId.get(id);
  }

  all(): IterableIterator<OpenCommand> {
    return this.#bySeq.values();
  }
}
