/**
 * One HTTP exchange with one node, as an undici handler: no promise and no stream per call, and no
 * closure: there are three of them in every command.
 *
 * Whatever happens, `ended` hears of it once: an answer that was read to its end as `read` reads it,
 * everything else as `unsent` (nothing was written) or `lost` (something may have been).
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Answer } from '../core/model.ts';
import type { Endings } from './endings.ts';
import type { HttpAnswer } from './read-answer.ts';

/** A contract's answer is tens of bytes; more than this is no answer of a node. */
const BODY_BYTES_MAX = 64 * 1024;

/** An answer that came to its end. */
export type CompleteAnswer = Omit<HttpAnswer, 'at'>;

export abstract class Exchange implements Dispatcher.DispatchHandler {
  readonly #endings: Endings;
  #controller: Dispatcher.DispatchController | undefined;
  #isOver = false;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #chunks: Buffer | undefined;

  constructor(endings: Endings) {
    this.#endings = endings;
  }

  /** Called within undici's own work on the answer. */
  protected abstract read(answer: CompleteAnswer): Answer;
  /** Called after it, by its endings. */
  protected abstract ended(answer: Answer): void;

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Gives the exchange up. */
  protected giveUp(why: string): void {
    if (this.#isOver) return;
    this.#fail(why);
    this.#controller?.abort(new Error(why));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Given up before it began, or begun a second time on a new connection: not a byte leaves.
    if (this.#isOver || this.#controller !== undefined) {
      this.giveUp('the connection was lost');
      controller.abort(new Error('given up'));
      return;
    }
    this.#controller = controller;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200) return;
    this.#controller = controller;
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks = this.#chunks === undefined ? chunk : Buffer.concat([this.#chunks, chunk]);
    if (this.#chunks.length > BODY_BYTES_MAX) {
      this.giveUp(`an answer of more than ${BODY_BYTES_MAX} bytes`);
    }
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    const body = this.#chunks === undefined ? '' : this.#chunks.toString('utf8');
    this.#end(this.read({ status: this.#status, retryAfter: this.#retryAfter, body }));
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(tell(error));
  }

  /** Sent twice it comes as an array; which one was meant nobody knows. */
  get #retryAfter(): string | undefined {
    const header: string | string[] | undefined = this.#headers['retry-after'];
    return Array.isArray(header) ? header[0] : header;
  }

  #fail(said: string): void {
    if (this.#isOver) return;
    this.#end({ kind: this.#controller === undefined ? 'unsent' : 'lost', said });
  }

  #end(answer: Answer): void {
    this.#isOver = true;
    this.#endings.add(() => this.ended(answer));
  }
}

function tell(error: NodeJS.ErrnoException): string {
  const inner =
    error instanceof AggregateError ? (error.errors[0] as Error | undefined) : undefined;
  const { message } = inner ?? error;
  return error.code === undefined || message.includes(error.code)
    ? message
    : `${error.code} ${message}`;
}
