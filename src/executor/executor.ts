/**
 * An executor: takes orders, drives sagas, counts keys on request. Its thread (thread.ts) gives it
 * a channel and real nodes; a simulation may give it others.
 */
import type { Policy } from '../core/context.ts';
import type { StatsAnswer } from '../protocol/answer.ts';
import type { Answered, NodeFigures, Order, Ticket } from '../protocol/work.ts';
import { Auditor } from './auditor.ts';
import { statsOf } from './count.ts';
import type { ExecutorPorts } from './ports.ts';
import { SagaDriver } from './saga-driver.ts';
import { Trials } from './trials.ts';

export class Executor {
  readonly #ports: ExecutorPorts;
  readonly #driver: SagaDriver;
  readonly #trials: Trials;
  readonly #auditor: Auditor;
  /** Requests for a count since the running one began: they share the next. */
  #askers: Ticket[] = [];
  #counting = false;

  constructor(ports: ExecutorPorts, policy: Policy) {
    this.#ports = ports;
    this.#driver = new SagaDriver(ports, policy);
    this.#trials = new Trials(ports, this.#driver);
    this.#auditor = new Auditor(ports);
  }

  take(order: Order): void {
    switch (order.kind) {
      case 'drive':
        return this.#driver.drive(order);
      case 'fetched':
        return this.#driver.fetched(order);
      case 'journaled':
        return this.#driver.journaled(order.seq);
      case 'operate':
        return this.#driver.operate(order.seq, order.act, order.ticket);
      case 'retire':
        return this.#driver.retire(order);
      case 'inspect': {
        const inspection = this.#driver.inspect(order.seq, order.story);
        const value: Answered = {
          of: 'inspect',
          ...(inspection === undefined ? {} : { inspection }),
        };
        return this.#answer(order.ticket, value);
      }
      case 'report':
        return this.#answer(order.ticket, { of: 'report', nodes: this.#reports() });
      case 'count':
        this.#askers.push(order.ticket);
        void this.#countOn();
        return undefined;
      case 'breaker':
        return this.#driver.breaker(order.node, order.closed);
      case 'check':
        return this.#trials.check(order);
      case 'try':
        return this.#trials.take(order);
      case 'compare':
        return this.#auditor.compare(order);
      case 'look':
        return this.#auditor.look(order);
      case 'drain':
        return this.#driver.drain();
      case 'interrupt':
        this.#trials.interrupt();
        return this.#driver.interrupt();
    }
  }

  #answer(ticket: Ticket, value: Answered): void {
    this.#ports.report({ kind: 'answered', ticket, value });
  }

  #reports(): Record<string, NodeFigures> {
    const { nodeNames, node } = this.#ports;
    return Object.fromEntries(nodeNames.map((name) => [name, node(name).report()]));
  }

  /** One count at a time: each reads every key of every node, page by page. */
  async #countOn(): Promise<void> {
    if (this.#counting) return;
    this.#counting = true;
    while (this.#askers.length > 0) {
      const askers = this.#askers;
      this.#askers = [];
      const stats = await this.#count();
      for (const ticket of askers) this.#answer(ticket, { of: 'count', stats });
    }
    this.#counting = false;
  }

  async #count(): Promise<StatsAnswer> {
    const { nodeNames, node } = this.#ports;
    const counts = await Promise.all(
      nodeNames.map(async (name) => [name, await node(name).count()] as const),
    );
    return statsOf(Object.fromEntries(counts));
  }
}
