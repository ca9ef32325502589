/**
 * Owner marks: decimal seconds with microseconds, unique and rising.
 *
 * Counted in whole microseconds, which a double holds exactly until the year 2255; two marks that
 * differ by 1 µs stay different when a node parses them as a float (spacing 0.24 µs today).
 */

const MICROS_PER_SECOND = 1_000_000;
const TOKEN = /^(\d+)\.(\d{6})$/;

export function formatToken(micros: number): string {
  const seconds = Math.floor(micros / MICROS_PER_SECOND);
  return `${seconds}.${String(micros % MICROS_PER_SECOND).padStart(6, '0')}`;
}

/** @throws on text that {@link formatToken} did not make. */
export function parseToken(token: string): number {
  const [, seconds, micros] = TOKEN.exec(token) ?? [];
  const value = Number(seconds) * MICROS_PER_SECOND + Number(micros);
  if (!Number.isSafeInteger(value)) throw new Error(`not a token: ${token}`);
  return value;
}

/** Nodes compare marks as numbers, so `1.5` and `1.500000` are one. */
export function sameToken(a: string, b: string): boolean {
  return a === b || Number(a) === Number(b);
}

/** Hands out marks that rise by at least 1 µs, whatever the clock says. */
export class TokenSource {
  #last: number;

  /** @param last the highest mark ever given, in microseconds */
  constructor(last: number) {
    this.#last = last;
  }

  /** @param now milliseconds of the wall clock */
  next(now: number): string {
    this.#last = Math.max(Math.floor(now * 1000), this.#last + 1);
    return formatToken(this.#last);
  }
}
