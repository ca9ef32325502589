/**
 * Nodes that an operator has drained, before work on them. Every command needs every node, so while one is drained
 * new commands are accepted and journaled, and none begins. A breaker of a drained node is no reason to refuse one:
 * that the node is away is meant. Rollbacks and commands that have begun go on to their end (P1, P5), deadlines count.
 */
import type { OperatorStop } from '../../protocol/answer.ts';
import type { CoordinatorOptions, CoordinatorPorts } from '../ports.ts';
import { type EndedStop, OperatorStops } from '../queue/operator-stops.ts';
import { publishNode } from './node-news.ts';
import type { Retirements } from './retirements.ts';

const NONE: readonly never[] = [];

export class Drains {
  readonly #stops: OperatorStops<string>;

  readonly #retirements: Pick<Retirements, 'has'>;

  constructor(
    ports: CoordinatorPorts,
    { nodeNames }: Pick<CoordinatorOptions, 'nodeNames'>,
    retirements: Pick<Retirements, 'has' | 'at'>,
  ) {
    this.#retirements = retirements;
    this.#stops = new OperatorStops(ports, {
      prefix: 'drain/',
      noun: 'node',
      state: 'drained',
      knows: (name): name is string => nodeNames.includes(name),
      onChange: (node, drained, by) => publishNode(ports, { node, drained, by }, retirements),
    });
  }

  /** No node is drained: commands may begin. Nobody waits for one that is retired meanwhile. */
  get isFree(): boolean {
    const { all } = this.#stops;
    return all.size === 0 || [...all.keys()].every((node) => this.#retirements.has(node));
  }

  /** The drained nodes. */
  get all(): ReadonlyMap<string, OperatorStop> {
    return this.#stops.all;
  }

  has(node: string): boolean {
    return this.#stops.has(node);
  }

  /** Drains that ended after `time`, ms, each with its node: a command of that age waited for their ends. */
  endedAfter(time: number): readonly (readonly [node: string, ended: EndedStop])[] {
    const { ended } = this.#stops;
    return ended.size === 0 ? NONE : [...ended].filter(([, { until }]) => until > time);
  }

  /** Restores the drains of an earlier life; those of nodes that are no longer configured end. */
  restore(): Promise<void> {
    return this.#stops.restore();
  }

  /** @throws JournalError if it could not be stored; repeat it safely */
  take(act: 'drain' | 'undrain', node: string, by: string | undefined): Promise<void> {
    return act === 'drain' ? this.#stops.begin(node, by) : this.#stops.end(node, by);
  }
}
