/**
 * Nodes that an operator has retired: they are gone for good. Commands that were accepted until then go on without such
 * a node (core/retired/remaining.ts). While it is still configured, new commands are refused: each would name it.
 *
 * A retirement is one value in the journal, by which every command that it concerns is known: it holds for all of them
 * at once, from the moment that it is durable, in every later life. Its commands never come back to the node. What ends
 * is the refusal of new commands: by `unretire`, or when a daemon starts without the node, so that another machine may
 * get its name later.
 */
import type { Command } from '../../core/model.ts';
import { JournalError } from '../../journal/errors.ts';
import type { OperatorStop } from '../../protocol/answer.ts';
import type { CoordinatorOptions, CoordinatorPorts } from '../ports.ts';

const PREFIX = 'retire/';
const NONE: readonly string[] = [];

interface Retirement extends OperatorStop {
  /** The last command that goes on without the node, by `seq`. */
  readonly upTo: number;
  /** New commands may name the node again. */
  readonly over?: true;
}

type Ports = Pick<CoordinatorPorts, 'journal' | 'now' | 'noted' | 'onTrouble'>;

export class Retirements {
  readonly #ports: Ports;
  readonly #nodeNames: readonly string[];
  readonly #all = new Map<string, Retirement>();
  /** Nodes whose retirement is on its way to the journal. */
  readonly #coming = new Set<string>();

  constructor(ports: Ports, { nodeNames }: Pick<CoordinatorOptions, 'nodeNames'>) {
    this.#ports = ports;
    this.#nodeNames = nodeNames;
  }

  /** No new command may name this node. */
  has(node: string): boolean {
    if (this.#coming.has(node)) return true;
    const retirement = this.#all.get(node);
    return retirement !== undefined && retirement.over !== true && this.#isConfigured(node);
  }

  /** Nodes that new commands may not name. */
  get refused(): readonly string[] {
    if (this.#all.size + this.#coming.size === 0) return NONE;
    return this.#nodeNames.filter((node) => this.has(node));
  }

  /** The retirement of a node: of a configured one only while it refuses new commands. */
  at(node: string): OperatorStop | undefined {
    const retirement = this.#all.get(node);
    const isPast = retirement?.over === true && this.#isConfigured(node);
    if (retirement === undefined || isPast) return undefined;
    const { since, by } = retirement;
    return { since, ...(by === undefined ? {} : { by }) };
  }

  /** The nodes of a command that are retired for it. */
  of({ seq, nodes }: Pick<Command, 'seq' | 'nodes'>): readonly string[] {
    if (this.#all.size === 0) return NONE;
    return nodes.filter((node) => seq <= (this.#all.get(node)?.upTo ?? 0));
  }

  /** The same, each with its retirement. */
  stopsOf(command: Pick<Command, 'seq' | 'nodes'>): readonly (OperatorStop & { node: string })[] {
    return this.of(command).flatMap((node) => {
      const stop = this.#all.get(node);
      return stop === undefined ? [] : [{ node, since: stop.since, ...byOf(stop) }];
    });
  }

  /** New commands may not name this node from now on, if `retire` succeeds. */
  refuseFor(node: string): void {
    if (this.#isConfigured(node)) this.#coming.add(node);
  }

  /**
   * Retires a node, after `refuseFor`. It holds when this resolves.
   * @param upTo the last command that goes on without it, by `seq`
   * @throws JournalError if it could not be stored: then it does not hold
   */
  async retire(
    node: string,
    { by, upTo }: { by: string | undefined; upTo: number },
  ): Promise<void> {
    const since = new Date(this.#ports.now()).toISOString();
    try {
      await this.#keep(node, { since, ...byOf({ by }), upTo });
    } finally {
      this.#coming.delete(node);
    }
  }

  /**
   * New commands may name the node again. Commands that went on without it do not come back.
   * @throws JournalError if it could not be stored: then they still may not
   */
  async readmit(node: string): Promise<void> {
    const retirement = this.#all.get(node);
    if (retirement !== undefined) await this.#keep(node, { ...retirement, over: true });
  }

  /** Restores the retirements of an earlier life. Call before any command is taken up. */
  async restore(): Promise<void> {
    const { journal, noted, onTrouble } = this.#ports;
    try {
      for (const [name, value] of await journal.kept()) {
        if (name.startsWith(PREFIX)) this.#read(name.slice(PREFIX.length), value);
      }
      if (this.#all.size === 0) return;
      const [oldest] = await journal.load(0, 1);
      for (const [node, retirement] of this.#all) {
        if (!this.#isConfigured(node) && retirement.over !== true) await this.readmit(node);
        else if (this.has(node)) noted?.('a node is still retired', { node });
        const isNamed = oldest !== undefined && oldest.command.seq <= retirement.upTo;
        if (!isNamed && !this.has(node)) await this.#forget(node);
      }
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      onTrouble('cannot read the retired nodes from the journal: none is retired', error);
    }
  }

  async #keep(node: string, retirement: Retirement): Promise<void> {
    await this.#ports.journal.keep(PREFIX + node, JSON.stringify(retirement));
    this.#all.set(node, retirement);
  }

  async #forget(node: string): Promise<void> {
    await this.#ports.journal.keep(PREFIX + node, undefined);
    this.#all.delete(node);
  }

  /** A value that cannot be read retires nothing: commands wait for the node, and an operator retires it again. */
  #read(node: string, value: string): void {
    try {
      const { since, by, upTo, over }: Readonly<Record<string, unknown>> = JSON.parse(value);
      if (typeof since === 'string' && Number.isSafeInteger(upTo)) {
        const author = typeof by === 'string' ? { by } : {};
        const past = over === true ? { over: true as const } : {};
        this.#all.set(node, { since, ...author, upTo: Number(upTo), ...past });
        return;
      }
    } catch {
      // Reported below.
    }
    const what = `the stored value of the retired node ${node} is corrupt: it is not retired`;
    const error = new JournalError('the stored state is corrupt', { code: 'corrupt' });
    this.#ports.onTrouble(what, error);
  }

  #isConfigured(node: string): boolean {
    return this.#nodeNames.includes(node);
  }
}

function byOf({ by }: { readonly by?: string | undefined }): { readonly by?: string } {
  return by === undefined ? {} : { by };
}
