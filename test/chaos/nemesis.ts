/**
 * Causes the faults: one hand each for the daemon, each node, the disk, the clock and the clients.
 * Each hand causes its faults one after another, all hands at the same time. Every fault is logged
 * with its begin and end. Each fault is undone, also when the run ends early.
 */
import { inflict, processOf, type Scene } from './acts.ts';
import { deal, type Fault, type Hand, nameOf } from './fault.ts';
import type { Recoveries } from './recoveries.ts';
import { pause } from './until.ts';

export interface NemesisOptions {
  readonly scene: Scene;
  readonly recoveries: Recoveries;
  readonly log: (text: string) => void;
}

export class Nemesis {
  readonly #options: NemesisOptions;
  readonly #ending = new AbortController();
  #hands: readonly Promise<void>[] = [];
  #broken = Promise.withResolvers<never>();

  constructor(options: NemesisOptions) {
    this.#options = options;
  }

  begin(seed: number): void {
    const { stage } = this.#options.scene;
    const hands: Hand[] = ['daemon', 'clients', ...(stage.fleet.names as readonly Hand[])];
    if (stage.disk.why === undefined) hands.push('disk');
    if (stage.clock !== undefined) hands.push('clock');
    this.#hands = hands.map((hand) => this.#play(hand, seed).catch(this.#broken.reject));
  }

  /** Rejects when a fault could not be done or undone. */
  get broken(): Promise<never> {
    return this.#broken.promise;
  }

  /** Resolves when all faults are undone. */
  async end(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#hands);
  }

  async #play(hand: Hand, seed: number): Promise<void> {
    for (const { afterMs, fault } of deal(hand, seed)) {
      // Otherwise a daemon that is down would be hit as soon as it runs, and would never work.
      if (hand === 'daemon') await processOf('lockstepd', this.#options.scene.stage);
      if (!(await pause(afterMs, this.#ending.signal))) return;
      await this.#strike(fault);
    }
  }

  async #strike(fault: Fault): Promise<void> {
    const { scene, recoveries, log } = this.#options;
    const end = await inflict(fault, scene);
    const begunMs = performance.now();
    log(`${nameOf(fault)} ${JSON.stringify(fault)}`);
    if ('forMs' in fault) await pause(fault.forMs, this.#ending.signal);
    const lastedMs = performance.now() - begunMs;
    recoveries.after(nameOf(fault));
    await end(lastedMs);
    if ('forMs' in fault) log(`end of ${nameOf(fault)} (${Math.round(lastedMs)} ms)`);
  }
}
