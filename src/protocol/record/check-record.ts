/**
 * Whether the text of a record can be kept without a loss: every reader must read the same from it, and a record
 * that is read back from a node must be comparable with it.
 */
import { endOfString } from '../bounded-json.ts';
import { endOfScalar, skipSpace } from './json-text.ts';

/** Objects and arrays inside one another, the record itself included. */
const RECORD_DEPTH_MAX = 32;

export interface RecordFault {
  /** Names of members and indexes of elements, from the record on. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** @param text a JSON object in which no member stands twice */
export function recordFault(text: string): RecordFault | undefined {
  const walk = new Walk(text);
  walk.value();
  return walk.fault;
}

class Walk {
  readonly #text: string;
  readonly #path: (string | number)[] = [];
  #at = 0;
  #fault: RecordFault | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** The first one. */
  get fault(): RecordFault | undefined {
    return this.#fault;
  }

  value(): void {
    const text = this.#text;
    this.#at = skipSpace(text, this.#at);
    const first = text[this.#at];
    if (first === '{' || first === '[') this.#within(first);
    else if (first === '"') this.#string();
    else {
      const end = endOfScalar(text, this.#at);
      const source = text.slice(this.#at, end);
      if (/^[-\d]/.test(source) && !isExact(source)) {
        this.#report('is a number that a double does not hold exactly: send it as a string');
      }
      this.#at = end;
    }
  }

  #within(opening: '{' | '['): void {
    const path = this.#path;
    if (path.length === RECORD_DEPTH_MAX) {
      this.#report(`nests deeper than ${RECORD_DEPTH_MAX} levels`);
    }
    this.#at = skipSpace(this.#text, this.#at + 1);
    const closing = opening === '{' ? '}' : ']';
    for (let index = 0; this.#text[this.#at] !== closing; index++) {
      // A deeper one may be too deep for the stack.
      if (this.#fault !== undefined) return;
      path.push(opening === '{' ? this.#name() : index);
      this.value();
      path.pop();
      this.#at = skipSpace(this.#text, this.#at);
      if (this.#text[this.#at] === ',') this.#at = skipSpace(this.#text, this.#at + 1);
    }
    this.#at++;
  }

  #name(): string {
    const name = this.#string();
    // A colon stands behind it.
    this.#at = skipSpace(this.#text, this.#at) + 1;
    return name;
  }

  #string(): string {
    const end = endOfString(this.#text, this.#at) + 1;
    const text: string = JSON.parse(this.#text.slice(this.#at, end));
    if (!text.isWellFormed()) this.#report('holds a lone surrogate');
    this.#at = end;
    return text;
  }

  #report(message: string): void {
    this.#fault ??= { path: [...this.#path], message };
  }
}

/** Whether a double gives this number back, however it is written. */
export function isExact(source: string): boolean {
  const value = Number(source);
  const given = String(value);
  return source === given || (Number.isFinite(value) && decimalOf(source) === decimalOf(given));
}

/** `-12.50e3` as `-125e2`: equal for equal numbers. */
function decimalOf(number: string): string {
  const [, minus = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([-+]?\d+))?$/i.exec(number) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  // Not by `/0+$/`: on zeros in the middle that takes the square of their number.
  let end = digits.length;
  while (digits.endsWith('0', end)) end--;
  const significant = digits.slice(0, end);
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${minus}${significant}e${power}`;
}
