/**
 * P4, by times alone. A request that was given up may still land until its time. Until then no
 * command of the key, in any run, may begin (P4.4) or settle (P4.3) on that node against it. Nodes that
 * defer requests would act twice, so none is repeated before its time. This file has its own rule for
 * opposition and does not use the core's.
 */
import type { Command, NodeRequest, SettledState, Settlement } from '../../../src/core/model.ts';
import type { Exchange, Happening, Judge, Scene } from '../happening.ts';

/** A request that may still land. */
interface GivenUp {
  readonly command: Command;
  readonly node: string;
  readonly effect: 'create' | 'delete';
  readonly token: string | undefined;
  readonly until: number;
}

/** The command that runs on a key. */
interface Watch {
  readonly command: Command;
  /** By node: the begin of its latest exchange. */
  readonly asked: Map<string, number>;
  /** Nodes that one of its requests has changed, or may have changed. */
  readonly touched: Set<string>;
  /** By node: the owner mark of the record that it found at first. */
  readonly marks: ReadonlyMap<string, string | undefined>;
}

export class TimeoutIsNoFailure implements Judge {
  readonly #scene: Scene;
  readonly #given = new Map<string, GivenUp[]>();
  readonly #running = new Map<string, Watch>();
  /** Nodes of the present run. Nobody knows for how long a request to another machine lives, and nobody asks it. */
  #configured: ReadonlySet<string>;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#configured = new Set(scene.plan.nodes.map(({ name }) => name));
  }

  hear(happening: Happening): void {
    switch (happening.kind) {
      case 'started':
        this.#configured = new Set(happening.nodeNames);
        return undefined;
      case 'sent':
        return this.#sent(happening.exchange);
      case 'gaveUp':
        return this.#gaveUp(happening.exchange, happening.outlivingMs);
      case 'changed':
        this.#watchOf(happening.exchange.command)?.touched.add(happening.exchange.node);
        return undefined;
      case 'durable':
        for (const { seq, settlement } of happening.batch.settle) {
          this.#settled(seq, settlement);
        }
        return undefined;
      default:
        return undefined;
    }
  }

  #watchOf({ groupId, seq }: Command): Watch | undefined {
    const watch = this.#running.get(groupId);
    return watch?.command.seq === seq ? watch : undefined;
  }

  #sent({ command, node, request }: Exchange): void {
    const watch = this.#watchOf(command) ?? this.#begins(command);
    if (this.#scene.plan.policy.defers === true) this.#refuseRepeat(command, node, request.kind);
    watch.asked.set(node, this.#scene.now());
  }

  #refuseRepeat(command: Command, node: string, effect: NodeRequest['kind']): void {
    const { now, fail } = this.#scene;
    const first = this.#given
      .get(command.groupId)
      ?.find(
        (one) =>
          isOf(one, command) && one.node === node && one.effect === effect && one.until > now(),
      );
    if (first !== undefined) fail('P4', `${command.id} repeats ${tell(first)}`);
  }

  #begins(command: Command): Watch {
    const { now, record, fail } = this.#scene;
    for (const one of this.#given.get(command.groupId) ?? []) {
      const mayMeet = one.until > now() && this.#configured.has(one.node);
      if (!mayMeet || !this.#opposesWant(one, command)) continue;
      fail('P4', `${command.id} begins before ${tell(one)}`);
    }
    const marks = new Map(
      command.nodes.map((node) => [node, record(node, command.groupId)?.token]),
    );
    const watch: Watch = { command, asked: new Map(), touched: new Set(), marks };
    this.#running.set(command.groupId, watch);
    return watch;
  }

  #gaveUp({ command, node, request }: Exchange, outlivingMs = 0): void {
    if (request.kind === 'read') return;
    const { now, plan } = this.#scene;
    const one: GivenUp = {
      command,
      node,
      effect: request.kind,
      token: request.kind === 'create' ? request.token : request.guard,
      until: now() + Math.max(plan.policy.quiesceMs, outlivingMs),
    };
    const known = this.#given.get(command.groupId);
    if (known === undefined) this.#given.set(command.groupId, [one]);
    else known.push(one);
    this.#watchOf(command)?.touched.add(node);
  }

  #settled(seq: number, { state, nodes }: Settlement): void {
    const command = this.#scene.ledger.of(seq)?.command;
    const watch = command && this.#watchOf(command);
    if (watch === undefined || state === 'abandoned') return;
    this.#running.delete(watch.command.groupId);
    for (const one of this.#given.get(watch.command.groupId) ?? []) {
      const isLeftOut = nodes[one.node]?.retired !== undefined || !(one.node in nodes);
      if (isLeftOut || one.until <= (watch.asked.get(one.node) ?? -1)) continue;
      const opposes =
        state === 'committed'
          ? this.#opposesWant(one, watch.command)
          : this.#opposesPrior(one, watch, state);
      if (!opposes) continue;
      this.#scene.fail('P4', `${watch.command.id} is ${state} before ${tell(one)}`);
    }
  }

  /**
   * A create opposes absence. A delete opposes presence; a guarded delete opposes only that record.
   */
  #opposesWant({ effect, token }: GivenUp, command: Command): boolean {
    if (effect === command.op) return false;
    if (command.op === 'delete' || command.ensure || token === undefined) return true;
    return !this.#scene.plan.policy.tokens || token === command.token;
  }

  #opposesPrior(one: GivenUp, { command, touched, marks }: Watch, state: SettledState): boolean {
    if (command.op === 'create') return one.effect === 'create' && touched.has(one.node);
    // A delete that is undone is responsible for every record that it found, touched or not.
    const found = this.#scene.ledger.of(command.seq)?.began?.findings?.[one.node];
    if (one.effect === 'create' || found?.presence !== 'present') return false;
    if (!touched.has(one.node) && state !== 'rolled_back') return false;
    if (one.token === undefined || !this.#scene.plan.policy.tokens) return true;
    const stands = this.#scene.record(one.node, command.groupId)?.token;
    return stands === one.token || marks.get(one.node) === one.token;
  }
}

function isOf(one: GivenUp, { seq }: Command): boolean {
  return one.command.seq === seq;
}

function tell({ command, effect, node, until }: GivenUp): string {
  return `the ${effect} of ${command.id}, given up on ${node}, has ended at ${until}`;
}
