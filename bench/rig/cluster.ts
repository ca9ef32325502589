/** The nodes of a bench, in processes of their own. */
import { fileURLToPath } from 'node:url';
import { cpuMicrosOf } from './cpu.ts';
import type { FromNode, ToNode } from './node.ts';
import { Program } from './processes.ts';

const NODE = fileURLToPath(new URL('./node.ts', import.meta.url));
/** The number of processes that serve nodes at the same time; further nodes share them. */
const PROCESSES_MAX = 3;

export interface BenchNode {
  readonly name: string;
  readonly url: string;
}

export class Cluster {
  readonly nodes: readonly BenchNode[];
  readonly #programs: readonly Program[];

  private constructor(programs: readonly Program[], ports: readonly number[]) {
    this.#programs = programs;
    this.nodes = ports.map((port, index) => ({
      name: `node${String(index + 1).padStart(2, '0')}`,
      url: `http://127.0.0.1:${port}/v1`,
    }));
  }

  static async start(count = 3): Promise<Cluster> {
    const processes = Math.min(count, PROCESSES_MAX);
    const programs = Array.from({ length: processes }, (_, index) => {
      const share = Math.floor(count / processes) + (index < count % processes ? 1 : 0);
      return new Program(`nodes-${index + 1}`, NODE, { args: [String(share)] });
    });
    const detail = await Promise.all(programs.map((one) => one.said<{ ports: number[] }>()));
    return new Cluster(
      programs,
      detail.flatMap(({ ports }) => ports),
    );
  }

  /** Empties all nodes. Returns the number of keys that each one held. */
  async clear(): Promise<number[]> {
    const answers = this.#programs.map((one) => one.ask<FromNode>({ kind: 'clear' }));
    const sent = await Promise.all(answers);
    return sent.flatMap((answer) => ('counts' in answer ? answer.counts : []));
  }

  /** Delays the answers to changes by this time, on all nodes of the first processes. */
  async delay(ms: number, processes = this.#programs.length): Promise<void> {
    const message: ToNode = { kind: 'delay', ms };
    await Promise.all(this.#programs.slice(0, processes).map((one) => one.ask(message)));
  }

  /** Processor time of all nodes so far; 0 if the system does not show it. */
  get cpuMicros(): number {
    return this.#programs.reduce((sum, { pid }) => sum + cpuMicrosOf(pid), 0);
  }

  async end(): Promise<void> {
    await Promise.all(this.#programs.map((one) => one.end()));
  }
}
