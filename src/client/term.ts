/**
 * The time until which the commands of one call are wanted: their deadline, counted from the call,
 * or the timeout of a caller with `persist`. Each command is sent with it as `expiresAt`, so that
 * none begins later, even if it was delayed on its way or by a daemon that hung.
 *
 * A command with an `expiresAt` of its caller keeps that.
 */
import { isError } from '../protocol/answer.ts';
import type { CommandInput, RequestInput } from '../protocol/input/request-input.ts';
import { requestText } from '../protocol/record/request-text.ts';
import type { DaemonClock } from './daemon-clock.ts';
import { deadlineOf } from './requests/default-timeouts.ts';

/** With a shorter time the transport to the daemon would matter. */
const TERM_MS_MIN = 1000;

type Batch = Extract<RequestInput, { op: 'batch' }>;

/** A request, and its text at the time of sending. */
export interface Attempt {
  readonly request: RequestInput;
  readonly body: () => string;
  readonly timeoutMs: number;
}

/** The request for a repeat, and the way in which its answer completes the first one. */
interface Again {
  readonly request: RequestInput;
  readonly complete: (answer: object) => object;
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
   * Sends a request, and once more for commands that were answered `expired` while this client
   * still wants them: its knowledge of the daemon's clock was wrong, and the answer has corrected
   * it.
   */
  async ask(
    request: RequestInput,
    timeoutMs: number,
    call: (attempt: Attempt) => Promise<object>,
  ): Promise<object> {
    const until = performance.now() + timeoutMs;
    const answer = await call({ request, body: this.#body(request), timeoutMs });
    const again = this.#mistaken(request, answer);
    if (again === undefined) return answer;
    const leftMs = until - performance.now();
    const body = this.#body(again.request);
    return again.complete(await call({ request: again.request, body, timeoutMs: leftMs }));
  }

  #body(request: RequestInput): () => string {
    if (isCommand(request)) return () => requestText(this.#date(request));
    if (request.op === 'batch') {
      const date = (command: unknown): unknown => this.#date(command);
      return () => JSON.stringify({ ...request, commands: request.commands.map(date) });
    }
    const text = JSON.stringify(request);
    return () => text;
  }

  #mistaken(request: RequestInput, answer: object): Again | undefined {
    if (isCommand(request)) {
      const isMistaken = isExpired(answer) && this.#isWanted(request);
      return isMistaken ? { request, complete: (again) => again } : undefined;
    }
    const results = resultsOf(answer);
    if (request.op !== 'batch' || results === undefined) return undefined;
    return this.#mistakenOf(request, results);
  }

  #mistakenOf({ commands }: Batch, results: readonly unknown[]): Again | undefined {
    const indexes = [...results.keys()].filter(
      (index) => isExpired(results[index]) && this.#isWanted(commands[index]),
    );
    if (indexes.length === 0) return undefined;
    const request = { op: 'batch' as const, commands: indexes.map((index) => commands[index]) };
    const complete = (answer: object): object => {
      const later = resultsOf(answer);
      if (later === undefined) return answer;
      const whole = [...results];
      for (const [position, index] of indexes.entries()) {
        const result = later[position];
        if (result !== undefined) whole[index] = result;
      }
      return { results: whole };
    };
    return { request, complete };
  }

  #date<Command>(command: Command): Command {
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

/** A value that is no object stays as it is: the daemon rejects it with the reason. */
function isDatable(command: unknown): command is object {
  if (typeof command !== 'object' || command === null || Array.isArray(command)) return false;
  const { expiresAt }: { expiresAt?: unknown } = command;
  return expiresAt === undefined;
}

function isExpired(answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null) return false;
  return isError(answer) && answer.error.code === 'expired';
}

/** Of the answer to a batch. */
function resultsOf(answer: object): readonly unknown[] | undefined {
  return 'results' in answer && Array.isArray(answer.results) ? answer.results : undefined;
}
