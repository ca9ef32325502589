/**
 * Lanes that an operator has paused. Their commands are accepted and journaled like all others, but none that
 * has not begun is dispatched. Rollbacks and commands that have begun go on (P5), deadlines count.
 */
import type { Lane } from '../../core/model.ts';
import type { OperatorStop } from '../../protocol/answer.ts';
import type { PauseRequest } from '../../protocol/request.ts';
import type { CoordinatorPorts } from '../ports.ts';
import { type EndedStop, OperatorStops } from './operator-stops.ts';

const LANES: readonly Lane[] = ['interactive', 'bulk'];

export class Pauses {
  readonly #stops: OperatorStops<Lane>;

  constructor(ports: CoordinatorPorts) {
    this.#stops = new OperatorStops(ports, {
      prefix: 'pause/',
      noun: 'lane',
      state: 'paused',
      knows: (name): name is Lane => LANES.some((lane) => lane === name),
      onChange: (lane, paused, by) =>
        ports.publish({
          kind: 'lane',
          topic: `lane.${lane}`,
          payload: () => ({ lane, paused, ...(by === undefined ? {} : { by }) }),
        }),
    });
  }

  has(lane: Lane): boolean {
    return this.#stops.has(lane);
  }

  /** The pause of a lane, if it is paused. */
  of(lane: Lane): OperatorStop | undefined {
    return this.#stops.of(lane);
  }

  /** The latest pause of the lane that ended after `time`, ms: a command of that age waited for its end. */
  endedAfter(lane: Lane, time: number): EndedStop | undefined {
    const ended = this.#stops.ended.get(lane);
    return ended !== undefined && ended.until > time ? ended : undefined;
  }

  /** Restores the pauses of an earlier life. Call before any work. */
  restore(): Promise<void> {
    return this.#stops.restore();
  }

  /** @throws JournalError if it could not be stored; of both lanes the first may have been; repeat it safely */
  async take({ op, lane, by }: PauseRequest): Promise<void> {
    for (const one of lane === undefined ? LANES : [lane]) {
      if (op === 'pause') await this.#stops.begin(one, by);
      else await this.#stops.end(one, by);
    }
  }
}
