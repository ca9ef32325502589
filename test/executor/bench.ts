/** An executor over simulated nodes, with its reports captured and its clock moved by hand. */
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import type { Policy } from '../../src/core/context.ts';
import type { Command, DurableEntry } from '../../src/core/model.ts';
import { Executor } from '../../src/executor/executor.ts';
import type { Attempt, ExecutorPorts } from '../../src/executor/ports.ts';
import { unknownNode } from '../../src/executor/unknown-node.ts';
import type { Order, Report } from '../../src/protocol/work.ts';
import { HandClock } from '../coordinator/support/hand-clock.ts';
import { SimNode } from '../coordinator/support/sim-node.ts';

export const POLICY: Policy = {
  tokens: true,
  restores: true,
  quiesceMs: 5000,
  backoffBaseMs: 100,
  backoffCapMs: 1000,
  retryAfterCapMs: 5000,
  stuckAfterMs: 60_000,
};

const NAMES = ['node01', 'node02', 'node03'];
const REST_TURNS = 6;
const SLOW_CALL_MS = 150;

export class Bench {
  readonly clock = new HandClock();
  readonly nodes: Readonly<Record<string, SimNode>> = Object.fromEntries(
    NAMES.map((name) => [name, new SimNode(this.clock)]),
  );
  /** But for what it says of the nodes' health. */
  readonly reports: Report[] = [];
  readonly health: Extract<Report, { kind: 'health' }>['nodes'][] = [];
  readonly attempts: Attempt[] = [];
  readonly refusals: { readonly node: string; readonly groupId: string }[] = [];
  readonly executor: Executor;

  constructor(policy: Policy = POLICY, ports: Pick<ExecutorPorts, 'heldBytesMax'> = {}) {
    this.executor = new Executor(
      {
        ...ports,
        now: this.clock.now,
        random: () => 0.5,
        at: this.clock.at,
        nodeNames: NAMES,
        slowCallMs: () => SLOW_CALL_MS,
        node: (name) => this.nodes[name] ?? unknownNode(name),
        attempted: (attempt) => this.attempts.push(attempt),
        surveyRefused: (refusal) => this.refusals.push(refusal),
        report: (report) => {
          if (report.kind === 'health') this.health.push(report.nodes);
          else this.reports.push(report);
        },
      },
      policy,
    );
  }

  node(name: string): SimNode {
    const node = this.nodes[name];
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  }

  /** Creates and deletes sent so far, to all nodes. */
  get mutations(): number {
    return Object.values(this.nodes).reduce((sum, node) => sum + node.mutations, 0);
  }

  get running(): number {
    return Object.values(this.nodes).reduce((sum, node) => sum + node.running, 0);
  }

  command(seq: number, more: Partial<Command> = {}): Command {
    const now = this.clock.now();
    return {
      seq,
      id: `id-${seq}`,
      op: 'create',
      groupId: String(seq),
      ensure: false,
      lane: 'interactive',
      token: `${1_795_000_000 + seq}.000000`,
      nodes: NAMES,
      acceptedAt: now,
      deadlineAt: now + 30_000,
      ...more,
    };
  }

  /** Has a command driven whose intent is durable. */
  drive(
    command: Command,
    more: { readonly entries?: readonly DurableEntry[]; readonly recovered?: boolean } = {},
  ): void {
    const entries = more.entries ?? [{ kind: 'began', at: command.acceptedAt }];
    const until = this.clock.now() + POLICY.quiesceMs;
    const inherited = Object.fromEntries(command.nodes.map((name) => [name, until]));
    const resumed = more.recovered === true ? { inherited } : {};
    this.executor.take({ kind: 'drive', command, history: {}, entries, ...resumed });
  }

  take(order: Order): void {
    this.executor.take(order);
  }

  reportsOf<Kind extends Report['kind']>(kind: Kind): Extract<Report, { kind: Kind }>[] {
    return this.reports.filter(
      (report): report is Extract<Report, { kind: Kind }> => report.kind === kind,
    );
  }

  /** The kinds of the durable entries reported so far, in order. */
  get entryKinds(): readonly string[] {
    return this.reportsOf('entries').flatMap(({ entries }) => entries.map(({ kind }) => kind));
  }

  readonly rest = async (): Promise<void> => {
    for (let turns = 0; turns < REST_TURNS; turns++) await turnOfLoop();
  };

  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms, this.rest);
  }
}
