/**
 * One saga in the hands of an executor: decides, has durable entries committed, and only when every
 * one of them is in the journal does what the saga owes the world.
 */

import type { Context, Input } from '../../../src/core/context.ts';
import type { Command, DurableEntry, Saga } from '../../../src/core/model.ts';
import type { Agenda } from './agenda.ts';
import type { Cluster } from './cluster.ts';
import type { Core } from './core-under-test.ts';
import type { Prng } from './prng.ts';
import type { Setting } from './setting.ts';

/** The daemon, as far as one saga meets it. */
export interface Host {
  readonly core: Core;
  readonly rules: { readonly actBeforeCommit?: boolean };
  readonly setting: Setting;
  readonly prng: Prng;
  readonly agenda: Agenda;
  readonly cluster: Cluster;
  readonly life: number;
  readonly jitter: () => number;
  note(line: () => string): void;
  /** True if it has crashed here. */
  mayCrash(where: string): boolean;
  commit(command: Command, entries: readonly DurableEntry[]): void;
  driven(driver: Driver): void;
}

export class Driver {
  saga: Saga;
  readonly #daemon: Host;
  readonly #life: number;
  #unsaved: DurableEntry[] = [];
  #saving = false;
  #alarm = 0;
  #acting = false;

  constructor(daemon: Host, saga: Saga) {
    this.#daemon = daemon;
    this.#life = daemon.life;
    this.saga = saga;
  }

  take(input: Input): void {
    if (this.#dead) return;
    const { core, rules } = this.#daemon;
    const context = this.#context();
    this.#daemon.note(() => `${this.saga.command.id} ← ${JSON.stringify(input)}`);
    for (const entry of core.decide(this.saga, input, context)) {
      this.#daemon.note(() => `  ${JSON.stringify(entry)}`);
      this.saga = core.evolve(this.saga, entry, context.policy);
      if (core.isDurable(entry)) this.#unsaved.push(entry);
    }
    if (this.#unsaved.length > 0 && !this.#saving) this.#save();
    if (!this.#saving || rules.actBeforeCommit) this.#act();
  }

  get #dead(): boolean {
    return this.#daemon.life !== this.#life;
  }

  #context(): Context {
    const { agenda, jitter, setting } = this.#daemon;
    return { now: agenda.now, random: jitter, policy: setting.policy };
  }

  #save(): void {
    const entries = this.#unsaved;
    this.#unsaved = [];
    this.#saving = true;
    const { prng } = this.#daemon;
    this.#later(prng.between(0, 2), () => {
      if (this.#daemon.mayCrash('before a commit')) return;
      this.#daemon.commit(this.saga.command, entries);
      if (this.#daemon.mayCrash('after a commit')) return;
      this.#later(prng.between(0, 1), () => this.#saved());
    });
  }

  #saved(): void {
    this.#saving = false;
    if (this.#unsaved.length > 0) return this.#save();
    if (this.#daemon.core.isSettled(this.saga.state)) return this.#daemon.driven(this);
    this.#act();
  }

  #act(): void {
    // An answer that comes at once must not make the list of effects stale.
    if (this.#acting || this.#daemon.core.isSettled(this.saga.state)) return;
    this.#acting = true;
    const { core, cluster, setting } = this.#daemon;
    for (const effect of core.react(this.saga, this.#context())) {
      if (this.#dead) return;
      if (effect.kind === 'wait') {
        this.#wait(effect.until);
        continue;
      }
      const node = setting.nodes.indexOf(effect.node);
      if (effect.kind === 'abort') {
        cluster.abort(this.saga.command, node);
        continue;
      }
      const sent = { kind: 'sent', node: effect.node, request: effect.request } as const;
      this.#daemon.note(() => `  → ${effect.node} ${JSON.stringify(effect.request)}`);
      this.saga = core.evolve(this.saga, sent, setting.policy);
      cluster.send(this.saga.command, { node, request: effect.request }, (answer) =>
        this.take({ kind: 'answered', node: effect.node, answer }),
      );
      if (this.#daemon.mayCrash('after a request')) return;
    }
    this.#acting = false;
  }

  #wait(until: number): void {
    const alarm = ++this.#alarm;
    const { agenda } = this.#daemon;
    this.#later(Math.max(0, until - agenda.now), () => {
      if (alarm === this.#alarm) this.take({ kind: 'ticked' });
    });
  }

  #later(delay: number, run: () => void): void {
    this.#daemon.agenda.after(delay, () => {
      if (!this.#dead) run();
    });
  }
}
