/**
 * Trial calls to a node whose breaker is half-open. Each order is one call at most, so that the coordinator bounds
 * their number over all executors.
 */
import type { HealthSignal } from '../core/breaker.ts';
import type { Subject } from '../node/dialect/codec.ts';
import type { Order } from '../protocol/work.ts';
import type { ExecutorPorts, RunningExchange } from './ports.ts';
import type { SagaDriver } from './saga-driver.ts';

export class Trials {
  readonly #ports: ExecutorPorts;
  /** Of a harmless read. */
  readonly #unused: Subject;
  readonly #driver: SagaDriver;
  /** Harmless reads under way. */
  readonly #reads = new Set<RunningExchange>();

  constructor(ports: ExecutorPorts, driver: SagaDriver) {
    this.#ports = ports;
    this.#unused = { groupId: ports.unusedKey ?? 'lockstep-trial', isUrgent: true };
    this.#driver = driver;
  }

  take({ node, period, call, harmless }: Extract<Order, { kind: 'try' }>): void {
    const report = (healthSignal: HealthSignal | 'idle', detail?: string) => {
      const lastError = healthSignal === 'bad' && detail !== undefined ? { lastError: detail } : {};
      this.#ports.report({ kind: 'tried', node, period, healthSignal, ...lastError });
    };
    const isReading = call === 'read';
    if (this.#driver.letOneThrough({ node, readsOnly: isReading, ended: report })) return;
    if (harmless) this.#read(node, report);
    else report('idle');
  }

  interrupt(): void {
    for (const read of this.#reads) read.abort();
  }

  #read(node: string, report: (healthSignal: HealthSignal, detail?: string) => void): void {
    const read = this.#ports
      .node(node)
      .exchange({ kind: 'read' }, this.#unused, (answer, healthSignal) => {
        this.#reads.delete(read);
        report(healthSignal, answer.detail);
      });
    this.#reads.add(read);
  }
}
