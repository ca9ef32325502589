/** The commands that operators have named in each of their acts. */
import type { OperatorAct } from '../../../src/protocol/work.ts';
import type { Happening } from '../happening.ts';

/** A filter may match any command. */
const EVERYTHING = '';

export class OperatorWords {
  readonly #act: OperatorAct;
  readonly #ids = new Set<string>();

  constructor(act: OperatorAct) {
    this.#act = act;
  }

  hear({ ask: { value } }: Extract<Happening, { kind: 'asked' }>): void {
    if (typeof value !== 'string' && value.op === this.#act) this.#ids.add(value.id ?? EVERYTHING);
  }

  mayMean(id: string): boolean {
    return this.#ids.has(id) || this.#ids.has(EVERYTHING);
  }
}
