/**
 * The last hour in steps of 5 s: one ring a series. Bounded: `STEPS` values of each series, and `SERIES_MAX` series;
 * a series without a value for an hour is dropped. The whole hour is written as JSON once a step, however often it is
 * asked for: of 512 series that takes 14 ms of the door's thread (Node 24.21, November 2026).
 */
export const STEP_MS = 5000;
const STEPS = 720;
const SERIES_MAX = 512;
/** Who lacks more steps than this gets all: five minutes. */
const LATEST_MAX = 60;

/** One step: values by the name of their series. */
export type HistoryStep = ReadonlyMap<string, number>;

/** The answer to `/v1/history`. */
export interface HistoryAnswer {
  readonly stepMs: number;
  /** Start of this history, ms: another one since a restart of the daemon. */
  readonly begunAt: number;
  /** Number of the step that comes next. Give it as `after`, to get the steps that follow. */
  readonly next: number;
  /** End of each step, ms of the system's clock. */
  readonly at: readonly number[];
  /** By name, one value for each of `at`; null: not known. */
  readonly series: Readonly<Record<string, readonly (number | null)[]>>;
}

interface Ring {
  readonly values: Float64Array;
  /** Number of the last step with a value. */
  latest: number;
}

export class History {
  readonly #begunAt: number;
  readonly #at = new Float64Array(STEPS);
  readonly #rings = new Map<string, Ring>();
  /** Number of steps so far; step n has the place n modulo `STEPS`. */
  #count = 0;
  /** The whole hour as JSON; undefined: nobody has asked since the last step. */
  #whole: Buffer | undefined;

  /** @param begunAt ms of the system's clock */
  constructor(begunAt: number) {
    this.#begunAt = begunAt;
  }

  /** @param at end of the step, ms of the system's clock */
  add(at: number, step: HistoryStep): void {
    const number = this.#count++;
    this.#whole = undefined;
    const place = number % STEPS;
    this.#at[place] = at;
    for (const [name, value] of step) {
      const ring = this.#ringOf(name);
      if (ring !== undefined && Number.isFinite(value)) {
        ring.values[place] = value;
        ring.latest = number;
      }
    }
    for (const [name, ring] of this.#rings) {
      if (ring.latest !== number) ring.values[place] = Number.NaN;
      if (number - ring.latest >= STEPS) this.#rings.delete(name);
    }
  }

  /**
   * The steps from this number on as JSON, a `HistoryAnswer`; if they are many, or the number is one of an earlier run
   * of the daemon, the whole hour, and `isWhole`.
   */
  text(after: number): { readonly json: Buffer; readonly isWhole: boolean } {
    const missing = this.#count - after;
    if (missing >= 0 && missing <= LATEST_MAX) {
      return { json: Buffer.from(JSON.stringify(this.since(after))), isWhole: false };
    }
    this.#whole ??= Buffer.from(JSON.stringify(this.since(0)));
    return { json: this.#whole, isWhole: true };
  }

  /** @param after the steps before this number are left out */
  since(after: number): HistoryAnswer {
    const oldest = Math.max(0, this.#count - STEPS);
    const first = Math.max(after, oldest);
    const slots = Array.from(
      { length: this.#count - first },
      (_, index) => (first + index) % STEPS,
    );
    const of = (values: Float64Array) => slots.map((place) => valueAt(values, place));
    const series = [...this.#rings].map(([name, { values }]) => [name, of(values)] as const);
    return {
      stepMs: STEP_MS,
      begunAt: this.#begunAt,
      next: this.#count,
      at: slots.map((place) => this.#at[place] ?? 0),
      series: Object.fromEntries(series),
    };
  }

  #ringOf(name: string): Ring | undefined {
    const known = this.#rings.get(name);
    if (known !== undefined || this.#rings.size >= SERIES_MAX) return known;
    const ring = { values: new Float64Array(STEPS).fill(Number.NaN), latest: this.#count };
    this.#rings.set(name, ring);
    return ring;
  }
}

/** Three decimals are enough for each of the series. */
function valueAt(values: Float64Array, place: number): number | null {
  const value = values[place] ?? Number.NaN;
  return Number.isNaN(value) ? null : Math.round(value * 1000) / 1000;
}
