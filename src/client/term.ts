/**
 * Until when the commands of one call are worth doing: as long as their deadline is, counted from the call
 * on, or as long as a caller that persists waits. Each is sent with that as its `expiresAt`, so that
 * nothing is begun that was on its way, or lay with a daemon that hung, for longer.
 *
 * A command whose caller has given it an `expiresAt` keeps that.
 */
import type { Answer, BatchAnswer } from '../protocol/answer.ts';
import type { CommandInput, RequestInput } from '../protocol/request.ts';
import type { DaemonClock } from './daemon-clock.ts';
import { deadlineOf } from './default-timeouts.ts';

/** Shorter than that, the way to the daemon would count. */
const TERM_MS_MIN = 1000;

type Batch = Extract<RequestInput, { op: 'batch' }>;

/** A request, and its text at each moment that it is sent. */
export interface Wording {
  readonly request: RequestInput;
  readonly body: () => string;
  readonly timeoutMs: number;
}

/** What is asked again, and how its answer completes the first one. */
interface Again {
  readonly request: RequestInput;
  readonly complete: (answer: Answer) => Answer;
}

export class Term {
  readonly #clock: DaemonClock;
  readonly #begunAt = performance.now();
  readonly #timeoutMs: number;
  readonly #persists: boolean;

  /** @param timeoutMs how long the caller waits */
  constructor(clock: DaemonClock, timeoutMs: number, persists: boolean) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#persists = persists;
  }

  /**
   * Asks, and once more for what was called expired while this client still wants it: its notion of the
   * daemon's clock was wrong, and the answer has put it right.
   */
  async ask(
    request: RequestInput,
    timeoutMs: number,
    call: (wording: Wording) => Promise<Answer>,
  ): Promise<Answer> {
    const until = performance.now() + timeoutMs;
    const answer = await call({ request, body: this.#body(request), timeoutMs });
    const again = this.#mistaken(request, answer);
    if (again === undefined) return answer;
    const leftMs = until - performance.now();
    const body = this.#body(again.request);
    return again.complete(await call({ request: again.request, body, timeoutMs: leftMs }));
  }

  #body(request: RequestInput): () => string {
    if (isCommand(request)) return () => JSON.stringify(this.#date(request));
    if (request.op === 'batch') {
      const date = (command: unknown): unknown => this.#date(command);
      return () => JSON.stringify({ ...request, commands: request.commands.map(date) });
    }
    const text = JSON.stringify(request);
    return () => text;
  }

  #mistaken(request: RequestInput, answer: Answer): Again | undefined {
    if (isCommand(request)) {
      const isMistaken = isExpired(answer) && this.#isWanted(request);
      return isMistaken ? { request, complete: (again) => again } : undefined;
    }
    if (request.op !== 'batch' || !('results' in answer)) return undefined;
    return this.#mistakenOf(request, answer);
  }

  #mistakenOf({ commands }: Batch, { results }: BatchAnswer): Again | undefined {
    const places = [...results.keys()].filter(
      (place) => isExpired(results[place]) && this.#isWanted(commands[place]),
    );
    if (places.length === 0) return undefined;
    const request = { op: 'batch' as const, commands: places.map((place) => commands[place]) };
    const complete = (answer: Answer): Answer => {
      if (!('results' in answer)) return answer;
      const whole = [...results];
      for (const [index, place] of places.entries()) {
        const result = answer.results[index];
        if (result !== undefined) whole[place] = result;
      }
      return { results: whole };
    };
    return { request, complete };
  }

  #date(command: unknown): unknown {
    if (!isDatable(command)) return command;
    const expiresAt = this.#clock.of(this.#until(command));
    return expiresAt === undefined ? command : { ...command, expiresAt };
  }

  #isWanted(command: unknown): boolean {
    return isDatable(command) && performance.now() < this.#until(command);
  }

  #until(command: object): number {
    if (this.#persists) return this.#begunAt + this.#timeoutMs;
    return this.#begunAt + Math.max(TERM_MS_MIN, Math.min(deadlineOf(command), this.#timeoutMs));
  }
}

function isCommand(request: RequestInput): request is CommandInput {
  return request.op === 'create' || request.op === 'delete';
}

/** Whatever is no object stays as it is: the daemon says what is wrong with it. */
function isDatable(command: unknown): command is object {
  if (typeof command !== 'object' || command === null || Array.isArray(command)) return false;
  return (command as { expiresAt?: unknown }).expiresAt === undefined;
}

function isExpired(answer: unknown): boolean {
  return (answer as { error?: { code?: unknown } } | undefined)?.error?.code === 'expired';
}
