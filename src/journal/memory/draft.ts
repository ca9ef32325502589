import { parseToken } from '../../core/token.ts';
import { IllegalWrite } from '../errors.ts';
import type { AcceptWrite } from '../port.ts';
import { accepted, type Row } from './rows.ts';

/** A batch being written: it stands over the committed rows and does not touch them. */
export class Draft {
  readonly #rows: ReadonlyMap<number, Row>;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #changed = new Map<number, Row>();
  readonly #newIds = new Set<string>();

  constructor(rows: ReadonlyMap<number, Row>, ids: ReadonlyMap<string, number>) {
    this.#rows = rows;
    this.#ids = ids;
  }

  row(seq: number): Row | undefined {
    return this.#changed.get(seq) ?? this.#rows.get(seq);
  }

  put(seq: number, row: Row | undefined): void {
    if (row !== undefined) this.#changed.set(seq, row);
  }

  /** False if the id is taken (P7). */
  accept(write: AcceptWrite, lived: number): boolean {
    const { command } = write;
    if (this.#ids.has(command.id) || this.#newIds.has(command.id)) return false;
    if (this.row(command.seq) !== undefined) {
      throw new IllegalWrite(`command ${command.seq} is accepted twice`);
    }
    parseToken(command.token);
    this.#newIds.add(command.id);
    this.put(command.seq, accepted(write, lived));
    return true;
  }

  changed(): Iterable<Row> {
    return this.#changed.values();
  }
}
