/**
 * A command from its acceptance to its settlement, as the coordinator sees it. Its fields change by
 * verbs only, and its stage only along the table of `stages.ts`.
 */
import type { Command, DurableEntry, Reason } from '../../core/model.ts';
import type { CommandAnswer } from '../../protocol/answer.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import type { Step, Wait } from '../../protocol/story/step.ts';
import { StepLog } from '../../protocol/story/step-log.ts';
import type { Respond } from '../ports.ts';
import type { Queued } from './linked-queue.ts';
import { assertStep, type Stage } from './stages.ts';
import { Waiters } from './waiters.ts';

type OpenState = 'accepted' | 'applying' | 'compensating';

const NO_ENTRIES: readonly DurableEntry[] = [];

/** A command of an earlier life of the daemon. */
export interface Recovered {
  readonly entries: readonly DurableEntry[];
  readonly behindMs: number;
}

/** There may be a hundred thousand: every field counts. */
export class OpenCommand implements Queued<OpenCommand> {
  readonly command: Command;
  /** It had begun in an earlier life of the daemon. */
  readonly recovered: boolean;
  /** How far this life's clock is behind its own, see own-clock.ts; 0 if this life has accepted it. */
  readonly behindMs: number;
  queue: object | undefined = undefined;
  before: OpenCommand | undefined = undefined;
  after: OpenCommand | undefined = undefined;
  #stage: Stage = 'new';
  #state: OpenState = 'accepted';
  #reason: Reason | undefined = undefined;
  #stuck = false;
  /** The entries that the journal had at the start of this life; empty once an executor has them. */
  #entries: readonly DurableEntry[] = NO_ENTRIES;
  #executor: number | undefined = undefined;
  #takesSlot = false;
  #waiters: Waiters | undefined = undefined;
  /** The wait that goes on, and what happened to it here; most commands have neither. */
  #wait: Step | undefined = undefined;
  #steps: StepLog | undefined = undefined;
  #answer: CommandAnswer | ErrorReply | undefined = undefined;

  constructor(command: Command, { entries, behindMs }: Recovered = NOT_RECOVERED) {
    this.command = command;
    this.recovered = entries.length > 0;
    this.behindMs = behindMs;
    this.#entries = entries;
  }

  get stage(): Stage {
    return this.#stage;
  }

  get state(): OpenState {
    return this.#state;
  }

  get reason(): Reason | undefined {
    return this.#reason;
  }

  get stuck(): boolean {
    return this.#stuck;
  }

  /** No executor drives it until an operator decides. */
  get isHeld(): boolean {
    return this.#stage === 'restored' || this.#stage === 'parked';
  }

  /** The executor that drives it. */
  get executor(): number | undefined {
    return this.#executor;
  }

  /** Whether this client waits for the final answer already: its request came a second time. */
  hasWaiter({ envelope }: Respond<CommandAnswer>): boolean {
    return envelope !== undefined && this.#waiters?.has(envelope) === true;
  }

  /** The final answer, once there is one. */
  get answer(): CommandAnswer | ErrorReply | undefined {
    return this.#answer;
  }

  /** Its durable entries until it is dispatched. */
  get entries(): readonly DurableEntry[] {
    const hasBegunAtOnce = this.#state === 'applying' && this.#entries.length === 0;
    return hasBegunAtOnce ? [{ kind: 'began', at: this.command.acceptedAt }] : this.#entries;
  }

  /** @throws if the table of stages does not allow it */
  moveTo(stage: Stage): void {
    assertStep(this.#stage, stage);
    this.#stage = stage;
  }

  /** It begins with its acceptance, in the same write. */
  beginAtOnce(): void {
    this.#state = 'applying';
  }

  /** An entry of it is durable. */
  note(entry: DurableEntry): void {
    if (entry.kind === 'began') this.#state = 'applying';
    if (entry.kind === 'stuck') this.#stuck = true;
    if (entry.kind === 'turned') {
      this.#state = 'compensating';
      this.#reason = entry.reason;
    }
  }

  /** `takesSlot`: it counts against the executor's slots. */
  assignTo(executor: number, takesSlot: boolean): void {
    this.moveTo('dispatched');
    this.#executor = executor;
    this.#takesSlot = takesSlot;
  }

  /** @returns the executor whose slot is free by this; undefined if the command took none */
  freeSlot(): number | undefined {
    if (!this.#takesSlot) return undefined;
    this.#takesSlot = false;
    return this.#executor;
  }

  /** The executor gets `entries`: they are not kept here too. */
  takeEntries(): readonly DurableEntry[] {
    const { entries } = this;
    this.#entries = NO_ENTRIES;
    return entries;
  }

  addWaiter(respond: Respond<CommandAnswer>): void {
    if (this.#waiters === undefined) this.#waiters = new Waiters(respond);
    else this.#waiters.add(respond);
  }

  /** It waits no longer. @returns false if it did not */
  dropWaiter(respond: Respond<CommandAnswer>): boolean {
    return this.#waiters?.drop(respond) === true;
  }

  /** Answers every waiter; after that there is none. */
  answerWaiters(answer: CommandAnswer | ErrorReply): void {
    const waiters = this.#waiters;
    this.#waiters = undefined;
    waiters?.answer(answer);
  }

  /** For its story. */
  happened(step: Step): void {
    this.#steps ??= new StepLog();
    this.#steps.add(step);
  }

  waitsFrom(at: number, wait: Wait): void {
    this.#wait = { at, step: 'waited', ...wait };
  }

  /** It waits no longer. */
  waitsUntil(now: number): void {
    const wait = this.#wait;
    if (wait === undefined) return;
    this.#wait = undefined;
    this.happened({ ...wait, ms: Math.round(now - wait.at) } as Step);
  }

  /** What happened to it outside its executor, with the wait that goes on. */
  get steps(): readonly Step[] {
    const steps = this.#steps?.steps() ?? [];
    return this.#wait === undefined ? steps : [...steps, this.#wait];
  }

  /** Its final answer, for every waiter and every later question. */
  end(answer: CommandAnswer | ErrorReply): void {
    this.#answer = answer;
    this.answerWaiters(answer);
  }
}

const NOT_RECOVERED: Recovered = { entries: NO_ENTRIES, behindMs: 0 };
