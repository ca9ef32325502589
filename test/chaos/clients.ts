/**
 * The clients of the chaos run: several at once, each with many requests in flight, over restarts
 * of the daemon and of themselves.
 *
 * A client that dies leaves its questions unanswered; its successor asks them again by their ids
 * (P7). What was not accepted (`busy`, `draining`, `expired`, `unavailable`) is asked for again, by its id.
 * What a client was promised with `accepted` is asked for again, by another client, until it is
 * settled. Now and then others meddle with a command: see `meddle.ts`.
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
/** Longer than all faults last: a client that waits so long was forgotten. */
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
  /** Answers that nothing was accepted for the moment, by code. */
  readonly putOff: Record<string, number> = {};
  #asked = 0;

  constructor(endpoint: string, heard: Heard) {
    this.#endpoint = endpoint;
    this.#heard = heard;
    this.#clients = Array.from({ length: CLIENTS }, () => this.#open());
  }

  /** Resolves when every bundle has been answered in full. */
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

  /** One client dies with all its questions, and another takes its place. */
  replaceOne(): void {
    this.#clients.pop()?.close();
    this.#clients.push(this.#open());
  }

  /** Sends it until there is an answer that is not for the moment only. */
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

  /** Who is not answered says how the commands stand, and goes on with others. */
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

  /** Asks on until the command has settled. */
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
        // Its successor asks again.
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
