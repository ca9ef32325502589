/**
 * The clients of the chaos test: several at once, each with many requests in flight, over restarts
 * of the daemon and of themselves.
 *
 * A client that dies leaves its questions unanswered; its successor asks them again by their ids
 * (P7). Whoever is told that a node is away asks again when it is told to. What a client was promised with `accepted` is asked for again, by another client, until it
 * is settled. Now and then two clients ask the same, or other content under a known id.
 */
import { setTimeout as pause } from 'node:timers/promises';
import {
  type Answer,
  type BatchAnswer,
  ClientError,
  type CommandAnswer,
  isError,
  LockstepClient,
} from '../../../src/client/index.ts';
import { isSettled } from '../../../src/core/transitions.ts';
import type { Heard } from './heard.ts';
import type { Asked, Bundle } from './workload.ts';

const CLIENTS = 4;
const IN_FLIGHT = 30;
/** Longer than all faults last: whoever waits that long has been forgotten. */
const PATIENCE_MS = 120_000;

export class Clients implements Disposable {
  readonly #endpoint: string;
  readonly #heard: Heard;
  readonly #clients: LockstepClient[];
  /** Answers that should not have come. */
  readonly faults: string[] = [];
  #asked = 0;

  constructor(endpoint: string, heard: Heard) {
    this.#endpoint = endpoint;
    this.#heard = heard;
    this.#clients = Array.from({ length: CLIENTS }, () => this.#open());
  }

  /** Resolves when every bundle has been answered in full. */
  async work(bundles: readonly Bundle[]): Promise<void> {
    const queue = bundles.values();
    const workers = Array.from({ length: CLIENTS * IN_FLIGHT }, async (_, index) => {
      for (const bundle of queue) await this.#see(bundle, index % CLIENTS);
    });
    await Promise.all(workers);
  }

  /** One client dies with all its questions, and another takes its place. */
  replaceOne(): void {
    this.#clients.pop()?.close();
    this.#clients.push(this.#open());
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients) client.close();
  }

  #open(): LockstepClient {
    return new LockstepClient({ endpoint: this.#endpoint, inFlightMax: 10_000 });
  }

  async #see(bundle: Bundle, place: number): Promise<void> {
    if (bundle.length > 1) return this.#seeBatch(bundle, place);
    for (const asked of bundle) {
      const [answer] = await Promise.all([
        this.#ask(asked, place),
        // Two clients ask the same at the same time.
        ++this.#asked % 20 === 0 ? this.#ask(asked, (place + 1) % CLIENTS) : undefined,
      ]);
      await this.#seeThrough(asked, { answer, place });
      if (this.#asked % 50 === 0) await this.#contradict(asked, place);
    }
    return undefined;
  }

  async #seeBatch(bundle: Bundle, place: number): Promise<void> {
    const answer = await this.#send({ op: 'batch', commands: [...bundle] }, place);
    const { results } = answer as BatchAnswer;
    for (const [index, asked] of bundle.entries()) {
      const result = results[index];
      if (result === undefined) {
        this.faults.push(`${asked.id} has no result in its batch`);
        continue;
      }
      const isTaken = againAfterMs(result) === undefined;
      const noted = isTaken ? this.#note(result) : await this.#ask(asked, place);
      await this.#seeThrough(asked, { answer: noted, place });
    }
  }

  /** Asks on until the command has settled. */
  async #seeThrough(
    asked: Asked,
    { answer, place }: { answer: CommandAnswer | undefined; place: number },
  ): Promise<void> {
    if (answer === undefined || isSettled(answer.state)) return;
    if (asked.wait !== 'accepted') this.faults.push(`${asked.id}: ${answer.state} was no end`);
    await this.#ask({ ...asked, wait: 'settled' }, (place + 1) % CLIENTS);
  }

  async #contradict(asked: Asked, place: number): Promise<void> {
    const answer = await this.#insist({ ...asked, groupId: `not ${asked.groupId}` }, place);
    if (isError(answer) && answer.error.code === 'id_conflict') return;
    this.faults.push(`other content under ${asked.id} came to ${JSON.stringify(answer)}`);
  }

  async #ask(asked: Asked, place: number): Promise<CommandAnswer | undefined> {
    return this.#note(await this.#insist(asked, place));
  }

  /** Sends it until it is taken in. */
  async #insist(asked: Asked, place: number): Promise<Answer> {
    for (;;) {
      const answer = await this.#send(asked, place);
      const againMs = againAfterMs(answer);
      if (againMs === undefined) return answer;
      await pause(againMs);
    }
  }

  #note(answer: Answer): CommandAnswer | undefined {
    if (!('state' in answer && 'op' in answer)) {
      this.faults.push(`no answer of a command: ${JSON.stringify(answer)}`);
      return undefined;
    }
    this.#heard.add(answer);
    return answer;
  }

  async #send(request: Parameters<LockstepClient['send']>[0], place: number): Promise<Answer> {
    for (;;) {
      const client = this.#clients[place];
      if (client === undefined) throw new RangeError(`there is no client ${place}`);
      try {
        return await client.send(request, { timeoutMs: PATIENCE_MS });
      } catch (error) {
        // Its successor asks again.
        if (!(error instanceof ClientError) || error.code !== 'closed') throw error;
        if (client === this.#clients[place]) throw error;
      }
    }
  }
}

/** When a command may come again that met an open breaker; undefined if it met none. */
function againAfterMs(answer: Answer): number | undefined {
  if (!isError(answer) || answer.error.code !== 'unavailable') return undefined;
  return answer.error.retryAfterMs ?? 0;
}
