/** What was added since the last round: statsd adds up by itself, and takes increases only. */
import { type Distribution as Counts, difference } from '../../../base/measure/distribution.ts';
import type { Reading } from './readings.ts';

type Distribution = Extract<Reading, { kind: 'distribution' }>;
type Total = Extract<Reading, { kind: 'total' }>;

export class Increases {
  /** By series, the totals of the last round. As many as the registry has. */
  readonly #totals = new Map<string, number>();
  readonly #counts = new Map<string, Counts>();

  /** @returns what was added to this total; all of it the first time, or after it began again */
  of(reading: Total): number {
    const key = keyOf(reading);
    const before = this.#totals.get(key) ?? 0;
    this.#totals.set(key, reading.value);
    return reading.value >= before ? reading.value - before : reading.value;
  }

  ofCounts(reading: Distribution): Counts {
    const key = keyOf(reading);
    const before = this.#counts.get(key);
    this.#counts.set(key, reading);
    if (before === undefined || reading.sum < before.sum) return reading;
    return difference(reading, before);
  }
}

export function keyOf({ name, labels }: Pick<Reading, 'name' | 'labels'>): string {
  return `${name} ${JSON.stringify(labels)}`;
}
