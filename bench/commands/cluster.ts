/** Three bench nodes, a process each. */
import { fileURLToPath } from 'node:url';
import type { FromNode } from './node.ts';
import { Program } from './processes.ts';

const NODE = fileURLToPath(new URL('./node.ts', import.meta.url));
const NAMES = ['node01', 'node02', 'node03'];

export interface BenchNode {
  readonly name: string;
  readonly url: string;
}

export class Cluster {
  readonly nodes: readonly BenchNode[];
  readonly #programs: readonly Program[];

  private constructor(programs: readonly Program[], nodes: readonly BenchNode[]) {
    this.#programs = programs;
    this.nodes = nodes;
  }

  static async start(): Promise<Cluster> {
    const programs = NAMES.map((name) => new Program(name, NODE, {}));
    const ports = await Promise.all(programs.map((one) => one.said<{ port: number }>()));
    const nodes = NAMES.map((name, index) => ({
      name,
      url: `http://127.0.0.1:${ports[index]?.port}/v1`,
    }));
    return new Cluster(programs, nodes);
  }

  /** Empties all nodes. Returns how many keys each held. */
  async clear(): Promise<number[]> {
    const answers = this.#programs.map((one) => one.ask<FromNode>('clear'));
    return (await Promise.all(answers)).map((answer) => ('count' in answer ? answer.count : 0));
  }

  get pids(): readonly number[] {
    return this.#programs.map(({ pid }) => pid);
  }

  async end(): Promise<void> {
    await Promise.all(this.#programs.map((one) => one.end()));
  }
}
