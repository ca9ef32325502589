/**
 * Trial calls to a node whose breaker is half-open, and health checks of a node that no command calls. Each order is one
 * call at most, so that the coordinator bounds their number over all executors.
 *
 * A harmless trial calls the health path of the dialect. Without one, or if its answer says nothing of the node (it may
 * be a proxy's), an unused key is read.
 */
import type { HealthSignal } from '../core/breaker/breaker.ts';
import type { Subject } from '../node/dialect/codec.ts';
import type { Order } from '../protocol/work.ts';
import type { ExecutorPorts, RunningExchange } from './ports.ts';
import type { SagaDriver } from './saga-driver.ts';

type Report = (healthSignal: HealthSignal, detail?: string) => void;

export class Trials {
  readonly #ports: ExecutorPorts;
  /** Of a harmless read. */
  readonly #unused: Subject;
  readonly #driver: SagaDriver;
  /** Harmless calls under way. */
  readonly #calls = new Set<RunningExchange>();

  constructor(ports: ExecutorPorts, driver: SagaDriver) {
    this.#ports = ports;
    this.#unused = { groupId: ports.unusedKey ?? 'lockstep-trial', isUrgent: true };
    this.#driver = driver;
  }

  take({ node, period, call, harmless }: Extract<Order, { kind: 'try' }>): void {
    const report = (healthSignal: HealthSignal | 'idle', detail?: string) => {
      const lastError = errorOf(healthSignal, detail);
      this.#ports.report({ kind: 'tried', node, period, healthSignal, ...lastError });
    };
    const isReading = call === 'read';
    if (this.#driver.letOneThrough({ node, readsOnly: isReading, ended: report })) return;
    if (harmless) this.#call(node, report, () => this.#read(node, report));
    else report('idle');
  }

  /** An answer that is not the dialect's says nothing of the node: it may be a proxy's. */
  check({ node }: Extract<Order, { kind: 'check' }>): void {
    const report = (healthSignal: HealthSignal, detail?: string) =>
      this.#ports.report({ kind: 'checked', node, healthSignal, ...errorOf(healthSignal, detail) });
    this.#call(node, report, () => report('none'));
  }

  interrupt(): void {
    for (const call of this.#calls) call.abort();
  }

  /** @param unclear the dialect has no health path, or its answer says nothing of the node */
  #call(node: string, report: Report, unclear: () => void): void {
    const port = this.#ports.node(node);
    if (port.checkHealth === undefined) return unclear();
    const call = port.checkHealth(({ signal, detail }) => {
      this.#calls.delete(call);
      if (signal === 'unclear') unclear();
      else report(signal, detail);
    });
    this.#calls.add(call);
    return undefined;
  }

  #read(node: string, report: Report): void {
    const read = this.#ports
      .node(node)
      .exchange({ kind: 'read' }, this.#unused, (answer, healthSignal) => {
        this.#calls.delete(read);
        report(healthSignal, answer.detail);
      });
    this.#calls.add(read);
  }
}

function errorOf(signal: HealthSignal | 'idle', detail: string | undefined) {
  return signal === 'bad' && detail !== undefined ? { lastError: detail } : {};
}
