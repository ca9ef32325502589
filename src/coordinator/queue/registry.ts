/** All open commands, by number and by id (P7). */
import type { OpenCommand } from './open-command.ts';

export class Registry {
  readonly #bySeq = new Map<number, OpenCommand>();
  #recordBytes = 0;
  readonly #byId = new Map<string, OpenCommand>();

  get size(): number {
    return this.#bySeq.size;
  }

  /** Of the records of all open commands. */
  get recordBytes(): number {
    return this.#recordBytes;
  }

  add(open: OpenCommand): void {
    const { seq, id } = open.command;
    if (this.#byId.has(id)) throw new Error(`P7: two open commands of the id ${id}`);
    this.#bySeq.set(seq, open);
    this.#recordBytes += open.command.record?.bytes ?? 0;
    this.#byId.set(id, open);
  }

  remove(open: OpenCommand): void {
    const { seq, record } = open.command;
    if (this.#bySeq.delete(seq)) this.#recordBytes -= record?.bytes ?? 0;
    this.#byId.delete(open.command.id);
  }

  has(seq: number): boolean {
    return this.#bySeq.has(seq);
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
