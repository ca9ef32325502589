/** The results of a bulk run: counts by outcome, latencies, the first failures. Bounded memory. */
import { createHistogram } from 'node:perf_hooks';
import { type CommandAnswer, isError } from '../../protocol/answer.ts';
import type { DryRunAnswer } from '../../protocol/answers/dry-run.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import { foreseenText } from '../dry-run/text.ts';
import { isDone } from '../exit-code.ts';
import type { Waiting } from '../input/options.ts';
import { outcomeText, responsesText } from '../output/answer-text.ts';

const FAILURES_SHOWN_MAX = 10;
/** Latencies are kept in µs, to three digits. */
const LATENCY_US_MAX = 24 * 60 * 60 * 1_000_000;

export interface Failure {
  readonly key: string;
  readonly outcome: string;
  /** Of a command that the daemon accepted. */
  readonly id?: string;
  readonly why: string;
}

export class Tally {
  readonly outcomes = new Map<string, number>();
  readonly failures: Failure[] = [];
  readonly #wait: Waiting['wait'];
  #done = 0;
  readonly #latencies = createHistogram({ lowest: 1, highest: LATENCY_US_MAX, figures: 3 });

  constructor(wait: Waiting['wait']) {
    this.#wait = wait;
  }

  get done(): number {
    return this.#done;
  }

  get total(): number {
    return [...this.outcomes.values()].reduce((sum, count) => sum + count, 0);
  }

  get failed(): number {
    return this.total - this.#done;
  }

  /** Milliseconds; undefined before the first answer. */
  percentileMs(percentile: number): number | undefined {
    if (this.#latencies.count === 0) return undefined;
    return this.#latencies.percentile(percentile) / 1000;
  }

  answer(key: string, answer: CommandAnswer | DryRunAnswer | ErrorReply, tookMs: number): void {
    this.#latencies.record(Math.max(1, Math.min(LATENCY_US_MAX, Math.round(tookMs * 1000))));
    if (isError(answer)) {
      const { code, message } = answer.error;
      this.fault({ key, outcome: code, why: message });
    } else if ('dryRun' in answer) {
      const outcome = foreseenText(answer);
      if (answer.would !== 'commit') return this.fault({ key, outcome, why: '' });
      this.#done += 1;
      this.#count(outcome);
    } else if (isDone(answer, this.#wait)) {
      this.#done += 1;
      this.#count(answer.state);
    } else {
      this.fault({ key, outcome: outcomeText(answer), id: answer.id, why: responsesText(answer) });
    }
  }

  fault(failure: Failure): void {
    this.#count(failure.outcome);
    if (this.failures.length < FAILURES_SHOWN_MAX) this.failures.push(failure);
  }

  #count(outcome: string): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
  }
}
