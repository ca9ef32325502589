/**
 * A command whose record or history crashes a thread would be taken up at every start, forever, and stop all
 * others. So after three crashes in a row, each soon after its start, the commands of earlier lives are driven
 * one at a time. The command under way is durable before it is driven. If the daemon crashes then, the next
 * life parks that command (P5): it is listed and keeps its key, and no executor drives it until an operator
 * decides. A parked command that an operator has driven again is watched in the same way.
 *
 * New commands do not wait for this.
 */
import type { Lane } from '../../core/model.ts';
import { JournalError } from '../../journal/errors.ts';
import type { Journal } from '../../journal/port.ts';
import type { Batch } from '../batch.ts';
import type { CoordinatorPorts } from '../ports.ts';
import { Lanes } from '../queue/lanes.ts';
import type { OpenCommand } from '../queue/open-command.ts';
import type { Questions } from '../requests/questions.ts';

/** The crashes of earlier lives, counted by main; a kill -9 from outside is no crash. */
export interface Crashes {
  /** The latest lives that each crashed soon after its start. */
  readonly inARow: number;
  /** All crashes so far, soon after a start or not. */
  readonly all: number;
}

/** After so many in a row, commands are driven one at a time. */
const CRASHES_MAX = 3;
/** The value in the journal: the command under way, and the number of crashes before. */
const WORD = 'probation';
/** The value in the journal: parked commands that no life has reported yet. */
const UNREPORTED = 'parked';
/** Each comes from a life that was killed during its start. */
const UNREPORTED_MAX = 100;
/** So long after the dispatch the executor is asked: if it answers, it has survived the command. */
const PROBATION_MS = 1000;
const ANSWER_MS = 2000;

export interface ProbationOptions {
  readonly ports: Pick<CoordinatorPorts, 'journal' | 'now' | 'at' | 'order' | 'onTrouble'>;
  readonly interactiveShare: number;
  readonly crashes: Crashes;
  readonly questions: Questions;
  /** Runs `act` in one of the next batches. */
  readonly post: (act: (batch: Batch) => void) => void;
  /** All commands that had begun in an earlier life have passed. */
  readonly onTakenUp?: (() => void) | undefined;
}

export class Probation {
  /** The lanes of untested commands. */
  readonly lanes: Lanes;
  /** All commands of earlier lives are tested. */
  readonly isCareful: boolean;
  #unreported: readonly number[] = [];
  readonly #options: ProbationOptions;
  readonly #untested = new Set<OpenCommand>();
  /** The untested commands that had begun in an earlier life. */
  #begun = 0;
  #isRecovered = false;
  /** The untested command under way. */
  #current: OpenCommand | undefined;
  #isSaved = false;

  constructor(options: ProbationOptions) {
    this.#options = options;
    this.lanes = new Lanes(options.interactiveShare);
    this.isCareful = options.crashes.inARow >= CRASHES_MAX;
  }

  /** Commands that were parked after a crash, and that no life has reported yet. */
  get unreported(): readonly number[] {
    return this.#unreported;
  }

  /**
   * Parks the command that was under way when the last life crashed. Call before any command is taken up.
   * If the journal cannot be read, none is parked: all commands go on, and a crash counts as before.
   * @throws JournalError if it could not be written
   */
  async park(): Promise<void> {
    const { crashes, ports } = this.#options;
    const { journal, onTrouble } = ports;
    let words: ReadonlyMap<string, string>;
    try {
      words = await journal.kept();
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      return onTrouble('cannot read which command crashed the last run: none is parked', error);
    }
    const read = (name: string): readonly number[] => {
      const numbers = numbersOf(words.get(name) ?? '[]');
      if (numbers !== undefined) return numbers;
      const message = `the value ${name} is corrupt`;
      onTrouble(
        'cannot read which command crashed the last run: none is parked',
        new JournalError(message, { code: 'corrupt' }),
      );
      return [];
    };
    this.#unreported = read(UNREPORTED);
    const word = words.get(WORD);
    if (word === undefined) return undefined;
    const [seq, all] = read(WORD);
    if (seq !== undefined && all !== undefined && crashes.all > all) {
      this.#unreported = [...this.#unreported, seq].slice(-UNREPORTED_MAX);
      await journal.keep(UNREPORTED, JSON.stringify(this.#unreported));
      await journal.park(seq);
    }
    await journal.keep(WORD, undefined);
    return undefined;
  }

  /** A command of an earlier life is about to be read for the first time: stores that, if it is tested. */
  async look({ command, entries, held }: Looked): Promise<void> {
    if (this.isCareful && held === undefined && entries.length > 0) await this.#write(command.seq);
  }

  /** All open commands were read, and the parked ones were reported. */
  async recovered(): Promise<void> {
    const { journal } = this.#options.ports;
    if (this.isCareful) await journal.keep(WORD, undefined);
    if (this.#unreported.length > 0) await journal.keep(UNREPORTED, undefined);
    this.#isRecovered = true;
    this.#reportTakenUp();
  }

  add(open: OpenCommand): void {
    if (this.#untested.has(open)) return;
    this.#untested.add(open);
    if (open.recovered) this.#begun++;
  }

  has(open: OpenCommand): boolean {
    return this.#untested.has(open);
  }

  /** Takes out the next untested command, if no other is under way; see `Lanes.takeNext`. */
  takeNext(takesNew: (lane: Lane) => boolean): OpenCommand | undefined {
    if (this.#current !== undefined) return undefined;
    this.#current = this.lanes.takeNext(takesNew);
    return this.#current;
  }

  /** `takeNext` has returned a command, and the journal does not know yet that it is under way. */
  get hasUnsaved(): boolean {
    return this.#current !== undefined && !this.#isSaved;
  }

  /** Call before that command is driven. */
  async begin(): Promise<void> {
    const open = this.#current;
    if (open === undefined) return;
    this.#isSaved = true;
    await this.#write(open.command.seq);
    this.#askLater(open);
  }

  /** The command is settled, or has passed. */
  end(open: OpenCommand): void {
    if (this.#current === open) {
      this.#current = undefined;
      this.#isSaved = false;
    }
    if (!this.#untested.delete(open)) return;
    if (open.recovered) this.#begun--;
    this.#reportTakenUp();
  }

  #write(seq: number): Promise<void> {
    const { ports, crashes } = this.#options;
    return ports.journal.keep(WORD, JSON.stringify([seq, crashes.all]));
  }

  #askLater(open: OpenCommand): void {
    const { at, now } = this.#options.ports;
    at(now() + PROBATION_MS, () => this.#ask(open));
  }

  /** An executor that hangs does not answer: its command stays under way until the nanny ends the daemon. */
  #ask(open: OpenCommand): void {
    const { ports, questions, post } = this.#options;
    const { executor, command } = open;
    if (open !== this.#current || executor === undefined) return;
    const ticket = questions.ask(ports.now() + ANSWER_MS, (value) => {
      if (value === undefined) this.#askLater(open);
      else post((batch) => batch.read(() => this.#pass(open, ports.journal)));
    });
    ports.order(executor, { kind: 'inspect', seq: command.seq, ticket });
  }

  async #pass(open: OpenCommand, journal: Journal): Promise<void> {
    if (open !== this.#current) return;
    await journal.keep(WORD, undefined);
    this.end(open);
  }

  #reportTakenUp(): void {
    if (!this.#isRecovered || this.#begun > 0) return;
    this.#isRecovered = false;
    this.#options.onTakenUp?.();
  }
}

/** Undefined if the text is damaged. */
function numbersOf(text: string): readonly number[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every(Number.isSafeInteger) ? value : undefined;
  } catch {
    return undefined;
  }
}

type Looked = Pick<Awaited<ReturnType<Journal['load']>>[number], 'command' | 'entries' | 'held'>;
