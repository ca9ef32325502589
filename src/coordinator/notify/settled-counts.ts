/** Settled commands since the start: how many, and how long they took by op, lane and outcome. */
import type { Command, Settlement } from '../../core/model.ts';
import type { CommandDurations } from '../../protocol/figures.ts';
import { DistributionCounter } from './distribution.ts';

/** ms: from one commit to what is stuck for minutes. */
const DURATION_BOUNDS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000,
];

interface Sort extends Omit<CommandDurations, 'durations'> {
  readonly durations: DistributionCounter;
}

export class SettledCounts {
  readonly #byState: Record<string, number> = {};
  readonly #sorts = new Map<string, Sort>();

  count({ op, lane, acceptedAt }: Command, { state, at }: Settlement): void {
    this.#byState[state] = (this.#byState[state] ?? 0) + 1;
    const key = `${op} ${lane} ${state}`;
    let sort = this.#sorts.get(key);
    if (sort === undefined) {
      sort = { op, lane, outcome: state, durations: new DistributionCounter(DURATION_BOUNDS) };
      this.#sorts.set(key, sort);
    }
    sort.durations.observe(Math.max(0, at - acceptedAt));
  }

  get byState(): Readonly<Record<string, number>> {
    return { ...this.#byState };
  }

  get durations(): readonly CommandDurations[] {
    return [...this.#sorts.values()].map(({ durations, ...sort }) => ({
      ...sort,
      durations: durations.counted,
    }));
  }
}
