/** The calls of tests to a running simulator: its `/_sim` controls, stats and lists. */

import type { Faults, NodeSettingsChange } from '../../src/nodesim/faults/schema.ts';
import type { CountersReport } from '../../src/nodesim/node/counters.ts';

export interface SimControls {
  /** Replaces the faults of a node, or of all nodes (`'*'`). */
  setFaults(node: string, faults: Faults): Promise<void>;
  /** Ends the faults of one node, or of all. Settings (RANDOM_BEHAVIOR included) stay. */
  clearFaults(node?: string): Promise<void>;
  /** Changes `randomBehavior`, `showTokens`, `deleteMissing` of a node, or of all. */
  setSettings(node: string, change: NodeSettingsChange): Promise<void>;
  /** By node. */
  counters(): Promise<Record<string, CountersReport>>;
  /** Whether all nodes hold the same keys, and the number of keys on each. */
  stats(): Promise<[same: boolean, counts: Record<string, number>]>;
  /** All keys of a node, in binary order. */
  list(node: string): Promise<string[]>;
  /**
   * Empties a node, or all; counters, faults, settings and the sequence of the seed start again.
   */
  reset(node?: string): Promise<void>;
}

interface Overview {
  readonly seed: number;
  readonly nodes: Readonly<Record<string, { readonly port: number }>>;
}

/** Every call goes to the shared port: `http://127.0.0.1:PORT`. */
export class SimApi {
  readonly #url: string;
  readonly controls: SimControls = {
    setFaults: (node, faults) => this.#send('PUT', `/_sim/faults/${node}`, faults),
    clearFaults: (node = '*') => this.#send('DELETE', `/_sim/faults/${node}`),
    setSettings: (node, change) => this.#send('PUT', `/_sim/settings/${node}`, change),
    counters: () => this.#read('/_sim/counters'),
    stats: () => this.#read('/v1/stats'),
    list: (node) => this.#list(node),
    reset: (node = '*') => this.#send('POST', `/_sim/reset/${node}`),
  };

  constructor(url: string) {
    this.#url = url;
  }

  overview(): Promise<Overview> {
    return this.#read('/_sim');
  }

  async #send(method: string, path: string, body?: unknown): Promise<void> {
    await this.#fetch(method, path, { body });
  }

  async #read<T>(path: string): Promise<T> {
    return JSON.parse(await this.#fetch('GET', path)) as T;
  }

  async #list(node: string): Promise<string[]> {
    const all: string[] = [];
    let after = '';
    for (;;) {
      const text = await this.#fetch('GET', `/v1/group?limit=10000${after}`, { node });
      const page = JSON.parse(text) as { groups: string[]; next?: string };
      all.push(...page.groups);
      if (page.next === undefined) return all;
      after = `&after=${encodeURIComponent(page.next)}`;
    }
  }

  async #fetch(
    method: string,
    path: string,
    { body, node }: { readonly body?: unknown; readonly node?: string } = {},
  ): Promise<string> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: node === undefined ? {} : { node },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text;
  }
}
