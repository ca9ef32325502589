/**
 * The simulators of the chaos run, one process for each node, used as one. The counts of a process
 * are kept when it is killed, and its settings are sent again after its restart.
 */

import type { Faults } from '../../src/nodesim/faults/schema.ts';
import type { CountersReport } from '../../src/nodesim/node/counters.ts';
import { SimApi, type SimControls } from '../support/sim-api.ts';

export class Fleet {
  readonly names: readonly string[];
  readonly #sims: ReadonlyMap<string, SimControls>;
  readonly #struck: Record<string, number> = {};

  /** @param ports the shared port of each node's simulator */
  constructor(ports: Readonly<Record<string, number>>) {
    this.names = Object.keys(ports);
    this.#sims = new Map(
      Object.entries(ports).map(([name, port]) => [
        name,
        new SimApi(`http://127.0.0.1:${port}`).controls,
      ]),
    );
  }

  setFaults(node: string, faults: Faults): Promise<void> {
    return this.#sim(node).setFaults(node, faults);
  }

  async clearFaults(): Promise<void> {
    for (const name of this.names) {
      await this.#sim(name).clearFaults(name);
      await this.#sim(name).setSettings(name, { randomBehavior: 0 });
    }
  }

  async counters(): Promise<Record<string, CountersReport>> {
    const reports = await Promise.all(this.names.map((name) => this.#sim(name).counters()));
    return Object.assign({}, ...reports) as Record<string, CountersReport>;
  }

  list(node: string): Promise<string[]> {
    return this.#sim(node).list(node);
  }

  /** Keeps the counts of a node whose process is about to end. */
  async remember(node: string): Promise<void> {
    const report = (await this.#sim(node).counters())[node];
    for (const [kind, count] of Object.entries(report?.faults ?? {})) {
      this.#struck[kind] = (this.#struck[kind] ?? 0) + count;
    }
  }

  /** By kind: the number of calls with a fault of the simulators. */
  async struck(): Promise<Readonly<Record<string, number>>> {
    for (const name of this.names) await this.remember(name);
    return this.#struck;
  }

  async answers(node: string): Promise<boolean> {
    return this.#sim(node)
      .counters()
      .then(
        () => true,
        () => false,
      );
  }

  #sim(node: string): SimControls {
    const sim = this.#sims.get(node);
    if (sim === undefined) throw new RangeError(`there is no node ${node}`);
    return sim;
  }
}
