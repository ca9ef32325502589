/** Settled commands since the start: how many, and how long they took by op, lane and outcome. */
import { DistributionCounter } from '../../base/measure/distribution.ts';
import type { Command, Settlement } from '../../core/model.ts';
import type { CommandDurations } from '../../protocol/figures.ts';

/** ms: from one commit to a rollback that is stuck for minutes. */
const DURATION_BOUNDS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000,
];

const OPS = ['create', 'delete'] as const;
const LANES = ['interactive', 'bulk'] as const;
const OUTCOMES = ['committed', 'rolled_back', 'refused', 'abandoned'] as const;

interface Sort extends Omit<CommandDurations, 'durations'> {
  readonly durations: DistributionCounter;
}

export class SettledCounts {
  readonly #byState: Record<string, number> = {};
  /** All series exist from the start: Prometheus would miss the first event of a series that begins with it. */
  readonly #sorts = new Map<string, Sort>(
    OPS.flatMap((op) =>
      LANES.flatMap((lane) =>
        OUTCOMES.map((outcome) => {
          const durations = new DistributionCounter(DURATION_BOUNDS);
          return [`${op} ${lane} ${outcome}`, { op, lane, outcome, durations }] as const;
        }),
      ),
    ),
  );

  count({ op, lane, acceptedAt }: Command, { state, at }: Settlement): void {
    this.#byState[state] = (this.#byState[state] ?? 0) + 1;
    const sort = this.#sorts.get(`${op} ${lane} ${state}`);
    sort?.durations.observe(Math.max(0, at - acceptedAt));
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
