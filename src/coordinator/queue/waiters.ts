/**
 * The clients that wait for the end of one command. One more costs the same, however many wait already (P9):
 * anybody may repeat an id thousands of times.
 */
import type { CommandAnswer } from '../../protocol/answer.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import type { Respond } from '../ports.ts';

type Envelope = Exclude<Respond['envelope'], undefined>;

export class Waiters {
  readonly #responds: Respond<CommandAnswer>[];
  /** Made with the first question about it: few commands are repeated. */
  #envelopes: Set<string> | undefined = undefined;

  /** An array that is made with its one item takes 136 bytes less than one that has grown to it. */
  constructor(first: Respond<CommandAnswer>) {
    this.#responds = [first];
  }

  add(respond: Respond<CommandAnswer>): void {
    this.#responds.push(respond);
    if (respond.envelope !== undefined) this.#envelopes?.add(envelopeText(respond.envelope));
  }

  /** @returns false if it does not wait */
  drop(respond: Respond<CommandAnswer>): boolean {
    const place = this.#responds.indexOf(respond);
    if (place === -1) return false;
    this.#responds.splice(place, 1);
    if (respond.envelope !== undefined) this.#envelopes?.delete(envelopeText(respond.envelope));
    return true;
  }

  /** Whether the client of this envelope waits already, for the same answer. */
  has(envelope: Envelope): boolean {
    this.#envelopes ??= new Set(
      this.#responds.flatMap(({ envelope: known }) =>
        known === undefined ? [] : envelopeText(known),
      ),
    );
    return this.#envelopes.has(envelopeText(envelope));
  }

  answer(answer: CommandAnswer | ErrorReply): void {
    for (const respond of this.#responds) respond(answer);
  }
}

/** Equal only for equal frames: the lengths tell where each ends. */
export function envelopeText(envelope: Envelope): string {
  const lengths = envelope.map(({ length }) => length).join();
  return `${lengths} ${Buffer.concat(envelope).toString('latin1')}`;
}
