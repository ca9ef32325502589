/**
 * What operators have stopped, by name: lanes are paused, nodes are drained. A stop is a value in the journal: it
 * outlives a restart, and holds from the moment that it is durable until an operator ends it.
 */
import { JournalError } from '../../journal/errors.ts';
import type { OperatorStop } from '../../protocol/answer.ts';
import type { CoordinatorPorts } from '../ports.ts';

/** A stop that was ended in this life of the daemon, ms. */
export type EndedStop = OperatorStop & { readonly until: number };

export interface StopKind<Name extends string> {
  /** Begins the names of its values in the journal. */
  readonly prefix: string;
  /** For people: `lane`, `node`. */
  readonly noun: string;
  /** For people: `paused`, `drained`. */
  readonly state: string;
  /** Whether there is such a lane or node; stops of others are forgotten at the start. */
  readonly knows: (name: string) => name is Name;
  /** A stop begins (`true`) or ends. */
  readonly onChange: (name: Name, isStopped: boolean, by: string | undefined) => void;
}

type Ports = Pick<CoordinatorPorts, 'journal' | 'now' | 'noted' | 'onTrouble'>;

export class OperatorStops<Name extends string> {
  readonly #ports: Ports;
  readonly #kind: StopKind<Name>;
  readonly #stopped = new Map<Name, OperatorStop>();
  readonly #ended = new Map<Name, EndedStop>();

  constructor(ports: Ports, kind: StopKind<Name>) {
    this.#ports = ports;
    this.#kind = kind;
  }

  get all(): ReadonlyMap<Name, OperatorStop> {
    return this.#stopped;
  }

  has(name: Name): boolean {
    return this.#stopped.has(name);
  }

  of(name: Name): OperatorStop | undefined {
    return this.#stopped.get(name);
  }

  /** The latest stop of each name that was ended in this life. */
  get ended(): ReadonlyMap<Name, EndedStop> {
    return this.#ended;
  }

  /** Restores the stops of an earlier life. Call before any work. */
  async restore(): Promise<void> {
    const { journal, noted, onTrouble } = this.#ports;
    const { prefix, noun, state, knows } = this.#kind;
    try {
      for (const [word, value] of await journal.kept()) {
        if (!word.startsWith(prefix)) continue;
        const name = word.slice(prefix.length);
        if (knows(name)) {
          this.#stopped.set(name, this.#read(name, value));
          noted?.(`a ${noun} is still ${state}`, { [noun]: name });
        } else {
          await journal.keep(word, undefined);
          noted?.(`a ${noun} was ${state} and is not configured any longer`, { [noun]: name });
        }
      }
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      onTrouble(`cannot read the ${state} ${noun}s from the journal: none is ${state}`, error);
    }
  }

  /** @throws JournalError if it could not be stored: then it does not hold */
  async begin(name: Name, by: string | undefined): Promise<void> {
    if (this.#stopped.has(name)) return;
    const since = new Date(this.#ports.now()).toISOString();
    const stop: OperatorStop = { since, ...(by === undefined ? {} : { by }) };
    await this.#ports.journal.keep(this.#kind.prefix + name, JSON.stringify(stop));
    this.#stopped.set(name, stop);
    this.#kind.onChange(name, true, by);
  }

  /** @throws JournalError if it could not be stored: then the stop still holds */
  async end(name: Name, by: string | undefined): Promise<void> {
    const stop = this.#stopped.get(name);
    if (stop === undefined) return;
    await this.#ports.journal.keep(this.#kind.prefix + name, undefined);
    this.#stopped.delete(name);
    this.#ended.set(name, { ...stop, until: this.#ports.now() });
    this.#kind.onChange(name, false, by);
  }

  /** A corrupt value still shows that an operator has stopped it. */
  #read(name: Name, value: string): OperatorStop {
    try {
      const { since, by }: Readonly<Record<string, unknown>> = JSON.parse(value);
      if (typeof since === 'string' && !Number.isNaN(Date.parse(since))) {
        return { since: this.#notAhead(since), ...(typeof by === 'string' ? { by } : {}) };
      }
    } catch {
      // Logged below.
    }
    const { noun, state } = this.#kind;
    const what = `the stored value of the ${state} ${noun} ${name} is corrupt: it stays ${state}`;
    const error = new JournalError('the stored state is corrupt', { code: 'corrupt' });
    this.#ports.onTrouble(what, error);
    return { since: new Date(this.#ports.now()).toISOString() };
  }

  /** A stop dated ahead by the clock of an earlier life began now at the latest. */
  #notAhead(since: string): string {
    const now = this.#ports.now();
    return Date.parse(since) <= now ? since : new Date(now).toISOString();
  }
}
