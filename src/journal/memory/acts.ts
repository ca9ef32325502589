/** Acts of operators, of the journal in memory. */
import {
  type ActBegin,
  type ActEnd,
  type ActFilter,
  type ActPage,
  type ActWrites,
  assertBounded,
  type StoredAct,
} from '../act.ts';
import type { Pruning } from '../port.ts';

/** The acts at one moment; it never changes. */
export interface ActsSnapshot {
  readonly acts: ReadonlyMap<number, StoredAct>;
  readonly last: number;
}

export const NO_ACTS: ActsSnapshot = { acts: new Map(), last: 0 };

export class MemoryActs {
  readonly #acts: Map<number, StoredAct>;
  #last: number;

  constructor({ acts, last }: ActsSnapshot) {
    this.#acts = new Map(acts);
    this.#last = last;
  }

  snapshot(): ActsSnapshot {
    return { acts: new Map(this.#acts), last: this.#last };
  }

  note({ begin, end }: ActWrites): readonly number[] {
    for (const one of [...begin, ...end]) assertBounded(one);
    for (const one of end) this.#end(one);
    return begin.map((one) => this.#begin(one));
  }

  page(filter: ActFilter, below: number | undefined, limit: number): ActPage {
    const found = [...this.#acts.values()]
      .reverse()
      .filter((act) => act.number < (below ?? Infinity) && matches(filter, act));
    const acts = found.slice(0, limit);
    const last = acts.at(-1);
    return found.length > limit && last !== undefined ? { acts, next: last.number } : { acts };
  }

  prune({ lived, retentionMs, limit }: Pruning): number {
    const oldest = [...this.#acts.values()].slice(0, limit);
    const old = oldest.filter((act) => act.lived < lived - retentionMs);
    for (const { number } of old) this.#acts.delete(number);
    return old.length;
  }

  #begin(act: ActBegin): number {
    const number = ++this.#last;
    this.#acts.set(number, Object.freeze({ number, ...act, outcome: 'unfinished' }));
    return number;
  }

  #end({ number, outcome, error, matched, results }: ActEnd): void {
    const act = this.#acts.get(number);
    if (act === undefined) return;
    const { error: _error, matched: _matched, results: _results, ...begun } = act;
    const ended: StoredAct = {
      ...begun,
      outcome,
      ...(error === undefined ? {} : { error }),
      ...(matched === undefined ? {} : { matched }),
      ...(results === undefined ? {} : { results: Object.freeze({ ...results }) }),
    };
    this.#acts.set(number, Object.freeze(ended));
  }
}

function matches({ kinds, by, on, outcome, since, before }: ActFilter, act: StoredAct): boolean {
  return (
    (kinds === undefined || kinds.includes(act.kind)) &&
    (by === undefined || by.includes(act.by ?? '')) &&
    (on === undefined || on === act.on) &&
    (outcome === undefined || outcome === act.outcome) &&
    (since === undefined || act.at >= since) &&
    (before === undefined || act.at < before)
  );
}
