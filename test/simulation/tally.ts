/** Counts of the events in many histories: a simulation without events proves nothing. */
import type { Verdict } from './history.ts';

export class Tally {
  readonly states: Record<string, number> = {};
  seeds = 0;
  steps = 0;
  /** Ends of the process, most of them not in order. */
  endings = 0;
  faults = 0;
  /** Of breakers. */
  openings = 0;
  /** Commands that settled without a retired node. */
  leftOut = 0;
  readonly #begun = performance.now();
  readonly #cpuBegun = process.cpuUsage();

  add({ steps, crashes, faults, openings, leftOut, states }: Verdict): void {
    this.seeds++;
    this.steps += steps;
    this.endings += crashes;
    this.faults += faults;
    this.openings += openings;
    this.leftOut += leftOut;
    for (const state of states) this.states[state] = (this.states[state] ?? 0) + 1;
  }

  get text(): string {
    const states = Object.entries(this.states).map(([state, count]) => `${count} ${state}`);
    return (
      `${this.seeds} histories, ${this.steps} steps, ${this.faults} exchanges that went wrong, ` +
      `${this.endings} ends of the process, ${this.openings} openings of breakers; commands: ${states.join(', ')}, ` +
      `${this.leftOut} of them without a retired node`
    );
  }

  /** By the clock, and by the processor time of this process: the machine may be busy. */
  get rate(): string {
    const minutes = (performance.now() - this.#begun) / 60_000;
    const { user, system } = process.cpuUsage(this.#cpuBegun);
    const used = (user + system) / 60_000_000;
    const [byClock, byCore] = [minutes, used].map((time) => Math.round(this.seeds / time));
    return `${this.seeds} seeds, ${byClock} a minute, ${byCore} a minute of one core`;
  }
}
