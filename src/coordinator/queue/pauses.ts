/**
 * Lanes that an operator has paused. Their commands are accepted and journaled like all others, but none that
 * has not begun is dispatched. Rollbacks and commands that have begun go on (P5), deadlines count.
 *
 * A pause is a value in the journal: it outlives a restart, and holds from the moment that it is durable.
 */
import type { Lane } from '../../core/model.ts';
import { JournalError } from '../../journal/errors.ts';
import type { LanePause } from '../../protocol/answer.ts';
import type { PauseRequest } from '../../protocol/request.ts';
import type { CoordinatorPorts } from '../ports.ts';

const PREFIX = 'pause/';
const LANES: readonly Lane[] = ['interactive', 'bulk'];

export class Pauses {
  readonly #ports: Pick<CoordinatorPorts, 'journal' | 'now' | 'noted' | 'publish' | 'onTrouble'>;
  readonly #paused = new Map<Lane, LanePause>();
  /** The latest pause of a lane that ended in this life. */
  readonly #ended = new Map<Lane, LanePause & { readonly until: number }>();

  constructor(ports: CoordinatorPorts) {
    this.#ports = ports;
  }

  has(lane: Lane): boolean {
    return this.#paused.has(lane);
  }

  /** The pause of a lane, if it is paused. */
  of(lane: Lane): LanePause | undefined {
    return this.#paused.get(lane);
  }

  /** The latest pause of the lane that ended after `time`, ms: a command of that age waited for its end. */
  endedAfter(lane: Lane, time: number): (LanePause & { readonly until: number }) | undefined {
    const ended = this.#ended.get(lane);
    return ended !== undefined && ended.until > time ? ended : undefined;
  }

  /** Restores the pauses of an earlier life. Call before any work. */
  async restore(): Promise<void> {
    const { journal, noted, onTrouble } = this.#ports;
    let words: ReadonlyMap<string, string>;
    try {
      words = await journal.kept();
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      return onTrouble('cannot read the paused lanes from the journal: all lanes run', error);
    }
    for (const lane of LANES) {
      const word = words.get(PREFIX + lane);
      if (word === undefined) continue;
      this.#paused.set(lane, this.#read(lane, word));
      noted?.('a lane is still paused', { lane });
    }
    return undefined;
  }

  /** @throws JournalError if it could not be stored; of both lanes the first may have been; repeat it safely */
  async take({ op, lane, by }: PauseRequest): Promise<void> {
    for (const one of lane === undefined ? LANES : [lane]) {
      if (op === 'pause') await this.#pause(one, by);
      else await this.#resume(one, by);
    }
  }

  async #pause(lane: Lane, by: string | undefined): Promise<void> {
    if (this.#paused.has(lane)) return;
    const since = new Date(this.#ports.now()).toISOString();
    const pause: LanePause = { since, ...(by === undefined ? {} : { by }) };
    await this.#ports.journal.keep(PREFIX + lane, JSON.stringify(pause));
    this.#paused.set(lane, pause);
    this.#publish(true, lane, by);
  }

  async #resume(lane: Lane, by: string | undefined): Promise<void> {
    const pause = this.#paused.get(lane);
    if (pause === undefined) return;
    await this.#ports.journal.keep(PREFIX + lane, undefined);
    this.#paused.delete(lane);
    this.#ended.set(lane, { ...pause, until: this.#ports.now() });
    this.#publish(false, lane, by);
  }

  #publish(paused: boolean, lane: Lane, by: string | undefined): void {
    this.#ports.publish({
      kind: 'lane',
      topic: `lane.${lane}`,
      payload: () => ({ lane, paused, ...(by === undefined ? {} : { by }) }),
    });
  }

  /** A pause dated ahead by the clock of an earlier life began now at the latest. */
  #notAhead(since: string): string {
    const now = this.#ports.now();
    return Date.parse(since) <= now ? since : new Date(now).toISOString();
  }

  /** A corrupt value still shows that an operator paused the lane. */
  #read(lane: Lane, word: string): LanePause {
    try {
      const { since, by }: Readonly<Record<string, unknown>> = JSON.parse(word);
      if (typeof since === 'string' && !Number.isNaN(Date.parse(since))) {
        return { since: this.#notAhead(since), ...(typeof by === 'string' ? { by } : {}) };
      }
    } catch {
      // Logged below.
    }
    const error = new JournalError('the stored state is corrupt', { code: 'corrupt' });
    this.#ports.onTrouble(
      `the stored pause of the lane ${lane} is corrupt: the lane stays paused`,
      error,
    );
    return { since: new Date(this.#ports.now()).toISOString() };
  }
}
