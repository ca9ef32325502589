/**
 * Adds up the results of this executor's exchanges for the breakers: failures are reported in the same loop turn,
 * successes alone a few times a second. No object is made per call.
 */
import type { HealthSignal, Sample } from '../core/breaker/breaker.ts';
import type { Cancel, ExecutorPorts } from './ports.ts';

/** How long successes may wait to be reported. */
const SUCCESSES_MS = 250;

/** How one exchange ended. */
interface Outcome {
  readonly signal: HealthSignal;
  readonly detail: string;
  /** The node's time alone. */
  readonly tookMs: number;
}

interface Count {
  calls: number;
  failures: number;
  slow: number;
  failuresInRow: number;
  lastError: string | undefined;
}

const NOTHING: Count = { calls: 0, failures: 0, slow: 0, failuresInRow: 0, lastError: undefined };

type HealthPorts = Pick<ExecutorPorts, 'now' | 'at' | 'report' | 'slowCallMs'>;

export class Health {
  readonly #ports: HealthPorts;
  readonly #counts: ReadonlyMap<string, Count>;
  #due: 'never' | 'later' | 'now' = 'never';
  #stopTimer: Cancel | undefined;

  constructor(ports: HealthPorts & Pick<ExecutorPorts, 'nodeNames'>) {
    this.#ports = ports;
    this.#counts = new Map(ports.nodeNames.map((name) => [name, { ...NOTHING }]));
  }

  note(node: string, { signal, detail, tookMs }: Outcome): void {
    const count = signal === 'none' ? undefined : this.#counts.get(node);
    if (count === undefined) return;
    count.calls++;
    if (tookMs >= this.#ports.slowCallMs(node)) count.slow++;
    if (signal === 'good') {
      count.failuresInRow = 0;
    } else {
      count.failures++;
      count.failuresInRow++;
      count.lastError = detail;
    }
    if (signal === 'bad') this.#schedule('now');
    else if (this.#due === 'never') this.#schedule('later');
  }

  #schedule(due: 'later' | 'now'): void {
    if (this.#due === due) return;
    this.#due = due;
    this.#stopTimer?.();
    const { now, at } = this.#ports;
    this.#stopTimer = at(now() + (due === 'now' ? 0 : SUCCESSES_MS), () => this.#report());
  }

  #report(): void {
    this.#due = 'never';
    this.#stopTimer = undefined;
    const nodes: Record<string, Sample> = {};
    for (const [node, count] of this.#counts) {
      if (count.calls === 0) continue;
      const { lastError, ...tally } = count;
      nodes[node] = lastError === undefined ? tally : { ...tally, lastError };
      Object.assign(count, NOTHING);
    }
    this.#ports.report({ kind: 'health', nodes });
  }
}
