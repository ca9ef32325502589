/**
 * One history: the scheduler, the nodes, the disk, the runs of the daemon one after another, the
 * clients, and the judges. Every event is a step of one agenda in virtual time; between any two
 * steps the process may die.
 */
import { Agenda } from '../core/model/agenda.ts';
import { Chance } from './chance.ts';
import { judges } from './checkers/judges.ts';
import { Clients } from './clients.ts';
import type { Meddling } from './fault-plan.ts';
import type { Happening, Judge, Scene } from './happening.ts';
import { Ledger } from './ledger.ts';
import { Lives } from './lives.ts';
import { Network } from './network.ts';
import { SimNode } from './node.ts';
import { drawPlan, type Plan } from './plan.ts';
import { Rest } from './rest.ts';
import type { Stage } from './stage.ts';

/** At these times a crash makes a difference. */
const CRITICAL: ReadonlySet<Happening['kind']> = new Set(['durable', 'sent', 'answered']);

export interface Broken {
  readonly promise: string;
  readonly message: string;
}

export interface WorldOptions {
  readonly without?: ReadonlySet<string>;
  readonly trace?: ((line: string) => void) | undefined;
  /** Judge only by the answers to clients and the records on nodes. */
  readonly outcomesOnly?: boolean;
}

export class World {
  readonly plan: Plan;
  readonly chance: Chance;
  readonly agenda = new Agenda();
  readonly ledger = new Ledger();
  readonly network: Network;
  readonly clients: Clients;
  readonly lives: Lives;
  readonly rest: Rest;
  broken: Broken | undefined;
  readonly #nodes: ReadonlyMap<string, SimNode>;
  readonly #trace: ((line: string) => void) | undefined;
  readonly #judges: readonly Judge[];

  constructor(seed: number, { without, trace, outcomesOnly = false }: WorldOptions) {
    this.#trace = trace;
    this.chance = new Chance(seed, without);
    const { agenda, chance } = this;
    const plan = drawPlan(seed, chance);
    this.plan = plan;
    this.#nodes = new Map(
      plan.nodes.map((node) => [node.name, new SimNode(node, plan.policy.tokens)]),
    );
    this.#judges = judges(this.#scene(), outcomesOnly);
    const { hear: receive, note, fail, throws, ledger } = this;
    const wallNow = () => this.lives.wallNow();
    const nodes = this.#nodes;
    this.network = new Network({ plan, agenda, chance, nodes, hear: receive, note, wallNow });
    const stage: Stage = {
      plan,
      agenda,
      chance,
      network: this.network,
      hear: receive,
      note,
      fail,
      throws,
    };
    this.lives = new Lives({ stage, ledger, onReady: () => this.clients.connected() });
    this.clients = new Clients({ stage, life: () => this.lives.current });
    this.rest = new Rest({ stage, ledger, lives: this.lives, clients: this.clients });
    for (const meddling of plan.faults.meddlings) {
      agenda.land(meddling.at, () => this.#meddle(meddling));
    }
    this.lives.begin();
  }

  readonly note = (text: () => string): void => {
    this.#trace?.(`${String(this.agenda.now).padStart(6)} ${text()}`);
  };

  readonly hear = (happening: Happening): void => {
    if (this.broken !== undefined) return;
    // Trial reads of a breaker are for an unused key, and change nothing.
    if ('exchange' in happening && happening.exchange.command.seq === 0) return;
    for (const judge of this.#judges) judge.hear(happening);
    if (CRITICAL.has(happening.kind)) this.lives.mayCrash(happening.kind);
  };

  readonly fail = (promise: string, message: string): void => {
    if (this.broken !== undefined) return;
    this.note(() => `BROKEN ${promise}: ${message}`);
    this.broken = { promise, message };
  };

  readonly throws = (error: unknown): void => {
    this.fail('throws', error instanceof Error ? (error.stack ?? error.message) : String(error));
  };

  #scene(): Scene {
    return {
      plan: this.plan,
      now: () => this.agenda.now,
      wallNow: () => this.lives.wallNow(),
      ledger: this.ledger,
      record: (node, groupId) => this.#nodes.get(node)?.records.get(groupId),
      fail: this.fail,
    };
  }

  /**
   * Only while no command runs on the key and nothing may land: otherwise no right outcome is
   * defined.
   */
  #meddle({ at, node, groupId, kind }: Meddling): void {
    const isOpen = this.ledger.ofKey(groupId).some(({ settled }) => settled === undefined);
    if (isOpen || at <= this.network.quietAt(groupId)) return;
    for (const [name, one] of this.#nodes) {
      if ((node ?? name) !== name || !one.meddle(kind, groupId, at)) continue;
      this.note(() => `another client: ${kind} of ${groupId} on ${name}`);
      this.hear({ kind: 'meddled', node: name, groupId });
    }
  }
}
