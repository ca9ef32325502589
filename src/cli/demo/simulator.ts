/** What the demo asks of nodesim: where its nodes are, what they hold, how often they fail. */
import ky from 'ky';
import type { KeyItem } from '../keys.ts';

const PAGE_KEYS = 1000;
const TIMEOUT_MS = 5000;

export interface SimulatedNode {
  readonly name: string;
  readonly url: string;
}

interface Overview {
  readonly nodes: Readonly<Record<string, { readonly port: number }>>;
}

interface Page {
  readonly groups: readonly string[];
  readonly next?: string;
}

export class Simulator {
  readonly #host: string;
  readonly #url: string;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    const host = env['NODESIM_HOST'] || '127.0.0.1';
    this.#host = host === '0.0.0.0' ? '127.0.0.1' : host;
    this.#url = `http://${this.#host}:${env['NODESIM_PORT'] || 7400}`;
  }

  async nodes(): Promise<readonly SimulatedNode[]> {
    const { nodes } = await read<Overview>(`${this.#url}/_sim`);
    return Object.entries(nodes).map(([name, { port }]) => ({
      name,
      url: `http://${this.#host}:${port}/v1`,
    }));
  }

  /** The share of calls that fail, 0 to 1, on every node. */
  async setFaultRate(rate: number): Promise<void> {
    const json = { randomBehavior: rate };
    await ky.put(`${this.#url}/_sim/settings`, { json, timeout: TIMEOUT_MS, retry: 0 });
  }
}

/** All keys of a node, a page at a time; keys may vanish while they are read. */
export async function* keysOf({ url }: SimulatedNode): AsyncGenerator<KeyItem, void> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const query = new URLSearchParams({ after, limit: String(PAGE_KEYS) });
    const page: Page = await read<Page>(`${url}/group?${String(query)}`);
    for (const key of page.groups) yield { key };
    after = page.next;
  }
}

function read<T>(url: string): Promise<T> {
  return ky.get(url, { timeout: TIMEOUT_MS, retry: { limit: 2, methods: ['get'] } }).json<T>();
}
