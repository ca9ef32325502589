/**
 * The trail of the operators' acts: who, by which door, did what, on what, and what came of it.
 *
 * An act is in the journal before anything follows from it, so that no effect survives a crash without its act; one
 * that cannot be noted is not done. Its end is noted before the client is answered. Acts that arrive together share
 * their transactions. A selection of commands is one act, however many requests its pages take.
 */
import type { ActBegin, ActEnd, StoredAct } from '../../journal/act.ts';
import { JournalError } from '../../journal/errors.ts';
import type { Moment } from '../../journal/port.ts';
import type { Answer } from '../../protocol/answer.ts';
import type { Batch } from '../batch.ts';
import { unavailable } from '../breakers/unavailable.ts';
import type { CoordinatorPorts, Respond } from '../ports.ts';
import { type Deed, type Operator, resultOf } from './act-of.ts';
import { actView, noteOf } from './act-view.ts';

/** Selections whose next page is awaited; the next page of an older one begins an act of its own. */
const PAGED_MAX = 1000;
const UNNOTED = 'an act of an operator cannot be noted in the journal: it is not done';
const END_UNNOTED = 'the end of an act of an operator cannot be noted in the journal';

export interface TrailOptions {
  readonly ports: Pick<
    CoordinatorPorts,
    'journal' | 'clientNow' | 'noted' | 'publish' | 'onTrouble'
  >;
  readonly moment: () => Moment;
  /** Runs `act` in one of the next batches. */
  readonly post: (act: (batch: Batch) => void) => void;
}

interface Beginning {
  readonly act: ActBegin;
  readonly after: (begun: StoredAct | JournalError) => void;
}

interface Ending {
  readonly act: StoredAct;
  readonly after: () => void;
}

/** One request of an operator. */
export interface ActRequest {
  readonly deed: Deed;
  readonly operator: Operator;
  readonly respond: Respond;
  /** Does it, in one of the next batches. */
  readonly work: (respond: Respond, batch: Batch) => void;
}

export class Trail {
  readonly #options: TrailOptions;
  #beginnings: Beginning[] = [];
  #endings: Ending[] = [];
  /** The write of what is gathered is in a batch. */
  #isDue = false;
  /** Selections that have another page, by number. */
  readonly #paged = new Map<number, StoredAct>();

  constructor(options: TrailOptions) {
    this.#options = options;
  }

  /** Notes the act, does it, notes its end, and answers. */
  run(request: ActRequest, batch: Batch): void {
    const { deed, operator, respond, work } = request;
    const known = this.#continued(deed, operator);
    if (known !== undefined) return work(this.#answering(known, respond), batch);
    return this.begin({ deed, operator }, batch, (begun) => {
      if (begun instanceof JournalError) return respond(unnoted(begun));
      return this.#options.post((later) => work(this.#answering(begun, respond), later));
    });
  }

  /** Notes that an act begins. @param after gets it when it is durable, or the reason why it is not */
  begin(
    { deed, operator }: Pick<ActRequest, 'deed' | 'operator'>,
    batch: Batch,
    after: Beginning['after'],
  ): void {
    const { kind, on, filter } = deed;
    const { ports, moment } = this.#options;
    const about = {
      ...(on === undefined ? {} : { on }),
      ...(filter === undefined ? {} : { filter }),
    };
    const at = Math.floor(ports.clientNow());
    this.#beginnings.push({
      act: { kind, at, lived: moment().lived, ...operator, ...about },
      after,
    });
    this.#write(batch);
  }

  /** Notes the end of an act, and announces it. @param after called when it is durable, or cannot be noted */
  end(act: StoredAct, after: () => void): void {
    this.#note(act, () => {
      this.#announce(act);
      after();
    });
  }

  #note(act: StoredAct, after: Ending['after']): void {
    this.#options.post((batch) => {
      this.#endings.push({ act, after });
      this.#write(batch);
    });
  }

  #continued({ continues, kind, filter }: Deed, operator: Operator): StoredAct | undefined {
    if (continues === undefined) return undefined;
    const known = this.#paged.get(continues);
    const isSame = known?.kind === kind && known.filter === filter && known.by === operator.by;
    if (!isSame || known.isProven !== operator.isProven) return undefined;
    this.#paged.delete(continues);
    return known;
  }

  /** The answer of the work, on its way to the client by the journal. */
  #answering(act: StoredAct, respond: Respond): Respond {
    const { client, principal } = respond;
    const answered = (answer: Answer): void => {
      const { error: _error, ...before } = act;
      const noted = { ...before, ...resultOf(answer, before) };
      const isPage = 'matched' in answer && answer.next !== undefined;
      // A page that failed may be asked for again.
      if (isPage || ('error' in answer && act.matched !== undefined)) this.#await(noted);
      const reply = isPage ? { ...answer, next: `${answer.next}-${act.number}` } : answer;
      const isBetween = isPage && act.matched !== undefined;
      if (isBetween) this.#note(noted, () => respond(reply));
      else this.end(noted, () => respond(reply));
    };
    return Object.assign(answered, { client, principal });
  }

  #await(act: StoredAct): void {
    this.#paged.set(act.number, act);
    const [oldest] = this.#paged.keys();
    if (this.#paged.size > PAGED_MAX && oldest !== undefined) this.#paged.delete(oldest);
  }

  /** To the log and to subscribers. */
  #announce(act: StoredAct): void {
    const { ports } = this.#options;
    ports.noted?.(`operator: ${act.kind}`, noteOf(act));
    ports.publish({ kind: 'act', topic: `act.${act.kind}`, payload: () => actView(act) });
  }

  #write(batch: Batch): void {
    if (this.#isDue) return;
    this.#isDue = true;
    batch.read(() => this.#flush());
  }

  async #flush(): Promise<void> {
    const beginnings = this.#beginnings;
    const endings = this.#endings;
    this.#beginnings = [];
    this.#endings = [];
    this.#isDue = false;
    const begin = beginnings.map(({ act }) => act);
    const end: readonly ActEnd[] = endings.map(({ act }) => act);
    const { journal, onTrouble } = this.#options.ports;
    try {
      const numbers = await journal.noteActs({ begin, end });
      for (const [index, { act, after }] of beginnings.entries()) {
        after({ number: numbers[index] ?? 0, ...act, outcome: 'unfinished' });
      }
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      if (begin.length > 0) onTrouble(UNNOTED, error);
      if (end.length > 0) onTrouble(END_UNNOTED, error);
      for (const { after } of beginnings) after(error);
    }
    // What was done is done: its client is answered even if its end could not be noted.
    for (const { after } of endings) after();
  }
}

export function unnoted({ message, hint }: JournalError) {
  return unavailable(`the act cannot be noted, and was not done: ${message}`, { hint });
}
