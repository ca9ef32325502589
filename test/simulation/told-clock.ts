/** The daemon's clock as clients know it, and the requests that are dated by it. */
import type { Answer } from '../../src/protocol/answer.ts';
import type { Life } from './life.ts';
import type { Stage } from './stage.ts';
import type { Ask, AskValue } from './workload.ts';

/** How long a request may wait in the daemon, and its answer may travel. */
const TURN_MS_MAX = 500;

/** A request as it is sent at one time. */
export interface Letter {
  readonly text: string;
  readonly isDated: boolean;
  /** The virtual time until which it is wanted. */
  readonly until: number;
  /** The run whose clock dates it. */
  readonly by: Life | undefined;
}

export class ToldClock {
  /** Its lead over virtual time. */
  #ahead: number | undefined;
  #of: Life | undefined;

  hear(at: number, now: number, life: Life | undefined): void {
    const ahead = at - now;
    if (this.#ahead !== undefined && ahead < this.#ahead) return;
    this.#ahead = ahead;
    this.#of = life;
  }

  letter({ value, at, termMs }: Ask, now: number): Letter {
    const until = termMs === undefined ? Number.POSITIVE_INFINITY : at + termMs;
    const expiresAt = termMs === undefined ? undefined : this.#shown(until, now);
    const dated = expiresAt === undefined ? value : datedBy(value, expiresAt);
    const text = typeof dated === 'string' ? dated : JSON.stringify(dated);
    return { text, isDated: expiresAt !== undefined, until, by: this.#of };
  }

  /** By the clock of this run, with time to spare. */
  isSurelyWanted({ isDated, by, until }: Letter, life: Life, { agenda, plan }: Stage): boolean {
    if (!isDated || by !== life) return false;
    return agenda.now + 2 * plan.pace.network[1] + TURN_MS_MAX < until;
  }

  #shown(until: number, now: number): number | undefined {
    if (this.#ahead !== undefined) return Math.max(0, Math.floor(until + this.#ahead));
    return until <= now ? 0 : undefined;
  }
}

export function isExpired(answer: Answer): boolean {
  if ('results' in answer) return answer.results.some(isExpired);
  return 'error' in answer && answer.error.code === 'expired';
}

function datedBy(value: AskValue, expiresAt: number): AskValue {
  if (typeof value === 'string') return value;
  if (value.op !== 'batch') return { ...value, expiresAt };
  const commands = value['commands'] as readonly object[];
  return {
    ...value,
    commands: commands.map((one) =>
      'op' in one && one.op === 'ping' ? one : { ...one, expiresAt },
    ),
  };
}
