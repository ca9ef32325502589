/**
 * The clients of the chaos run: several at once, each with many requests in flight, across restarts
 * of the daemon and of themselves.
 *
 * A client that dies leaves its requests unanswered; its successor repeats them by their ids (P7).
 * Rejected commands (`busy`, `draining`, `expired`, `unavailable`) are sent again by their ids.
 * After `accepted`, another client asks for the command until it is settled. Now and then other
 * clients interfere with a command: see `meddle.ts`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Answer,
  type BatchAnswer,
  ClientError,
  type CommandAnswer,
  isError,
  LockstepClient,
} from '../../src/client/index.ts';
import { isSettled } from '../../src/core/transitions.ts';
import type { Violation } from './checker.ts';
import type { Heard } from './heard.ts';
import { meddle } from './meddle.ts';
import type { Asked, Bundle } from './workload.ts';

const CLIENTS = 4;
const IN_FLIGHT = 30;
/** Longer than all faults last: after this time a client was forgotten. */
const PATIENCE_MS = 180_000;
const AGAIN_MS = 200;
const NOT_ACCEPTED = ['busy', 'draining', 'expired', 'unavailable'];

type Request = Parameters<LockstepClient['send']>[0];

export class Clients implements Disposable {
  readonly #endpoint: string;
  readonly #heard: Heard;
  readonly #clients: LockstepClient[];
  /** Answers that should not have come. */
  readonly faults: Violation[] = [];
  /** Temporary rejections, by code. */
  readonly putOff: Record<string, number> = {};
  #asked = 0;

  constructor(endpoint: string, heard: Heard) {
    this.#endpoint = endpoint;
    this.#heard = heard;
    this.#clients = Array.from({ length: CLIENTS }, () => this.#open());
  }

  /** Resolves when all commands of every bundle have their final answers. */
  async work(bundles: Iterator<Bundle> | AsyncIterator<Bundle>): Promise<void> {
    const workers = Array.from({ length: CLIENTS * IN_FLIGHT }, async (_, index) => {
      for (;;) {
        const next = await bundles.next();
        if (next.done) return;
        await this.#seeOrTell(next.value, index % CLIENTS);
      }
    });
    await Promise.all(workers);
  }

  /** One client dies with all its requests, and another one replaces it. */
  replaceOne(): void {
    this.#clients.pop()?.close();
    this.#clients.push(this.#open());
  }

  /** Sends it until the answer is no temporary rejection. */
  async send(request: Request, place: number): Promise<Answer> {
    for (;;) {
      const answer = await this.#sendOnce(request, place);
      if (!isError(answer) || !NOT_ACCEPTED.includes(answer.error.code)) return answer;
      await this.#waitAfter(answer.error);
    }
  }

  async ask(asked: Asked, place: number): Promise<CommandAnswer | undefined> {
    this.#heard.ask(asked);
    return this.#note(await this.send(asked, place));
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients) client.close();
  }

  #open(): LockstepClient {
    return new LockstepClient({ endpoint: this.#endpoint, inFlightMax: 10_000 });
  }

  /** If there is no answer, reports the state of the commands and continues with others. */
  async #seeOrTell(bundle: Bundle, place: number): Promise<void> {
    try {
      await this.#see(bundle, place);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      for (const { id, groupId } of bundle) {
        const stands = await this.#sendOnce({ op: 'status', id }, place + 1).catch(String);
        const text = `${id}: ${error.message}; status says ${JSON.stringify(stands)}`;
        this.faults.push({ text, groupId });
      }
    }
  }

  async #see(bundle: Bundle, place: number): Promise<void> {
    if (bundle.length > 1) return this.#seeBatch(bundle, place);
    for (const asked of bundle) {
      const meddled = meddle(this, this.#heard, { asked, place, count: ++this.#asked });
      const answer = await this.ask(asked, place);
      await this.#seeThrough(asked, { answer, place });
      for (const text of await meddled()) this.faults.push({ text, groupId: asked.groupId });
    }
    return undefined;
  }

  async #seeBatch(bundle: Bundle, place: number): Promise<void> {
    for (const asked of bundle) this.#heard.ask(asked);
    const answer = await this.send({ op: 'batch', commands: [...bundle] }, place);
    const { results } = answer as BatchAnswer;
    for (const [index, asked] of bundle.entries()) {
      const result = results[index];
      if (result === undefined) {
        this.faults.push({ text: `${asked.id} has no result in its batch` });
        continue;
      }
      const putOff = isError(result) && NOT_ACCEPTED.includes(result.error.code);
      const first = putOff ? await this.ask(asked, place) : this.#note(result);
      await this.#seeThrough(asked, { answer: first, place });
    }
  }

  /** Repeats the request until the command has settled. */
  async #seeThrough(
    asked: Asked,
    { answer, place }: { answer: CommandAnswer | undefined; place: number },
  ): Promise<void> {
    if (answer === undefined || isSettled(answer.state)) return;
    if (asked.wait !== 'accepted')
      this.faults.push({ text: `${asked.id}: ${answer.state} was no end` });
    await this.ask({ ...asked, wait: 'settled' }, place + 1);
  }

  #note(answer: Answer): CommandAnswer | undefined {
    if (!('state' in answer && 'op' in answer)) {
      this.faults.push({ text: `no answer of a command: ${JSON.stringify(answer)}` });
      return undefined;
    }
    this.#heard.add(answer);
    return answer;
  }

  async #sendOnce(request: Request, place: number): Promise<Answer> {
    for (;;) {
      const client = this.#clients[place % CLIENTS];
      if (client === undefined) throw new RangeError(`there is no client ${place}`);
      try {
        return await client.send(request, { timeoutMs: PATIENCE_MS });
      } catch (error) {
        // Its successor repeats the request.
        if (!(error instanceof ClientError) || error.code !== 'closed') throw error;
        if (client === this.#clients[place % CLIENTS]) throw error;
      }
    }
  }

  async #waitAfter({ code, retryAfterMs }: { code: string; retryAfterMs?: number }): Promise<void> {
    this.putOff[code] = (this.putOff[code] ?? 0) + 1;
    await sleep(retryAfterMs ?? AGAIN_MS);
  }
}
