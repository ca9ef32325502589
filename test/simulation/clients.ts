/**
 * The clients: each request is a text that goes through the protocol's own parser. An unanswered
 * request (the daemon died, or answered `busy` or `draining`) is sent again with the same id. A
 * request without an id is not, because its outcome would be unknown.
 */
import type { Answer } from '../../src/protocol/answer.ts';
import { parseRequest } from '../../src/protocol/parse-request.ts';
import type { Life } from './life.ts';
import type { Stage } from './stage.ts';
import { isExpired, type Letter, ToldClock } from './told-clock.ts';
import type { Ask } from './workload.ts';

/** From a rejection such as `busy` until the repeat. */
export const PATIENCE_MS = 400;
/** Errors after which the same request may succeed. */
const PASSING: ReadonlySet<string> = new Set(['busy', 'draining', 'unavailable']);

export interface ClientsOptions {
  readonly stage: Stage;
  readonly life: () => Life | undefined;
}

interface Question {
  readonly ask: Ask;
  /** The run of the daemon that has the request. */
  asked: Life | undefined;
  answered: boolean;
  /** It was repeated once because it was answered `expired`. */
  isRepeated: boolean;
  /** Rises with each repeat: planned events of an earlier attempt are then void. */
  turn: number;
}

export class Clients {
  readonly #options: ClientsOptions;
  readonly #questions: Question[] = [];
  readonly #clock = new ToldClock();

  constructor(options: ClientsOptions) {
    this.#options = options;
    const { plan, agenda } = options.stage;
    for (const ask of plan.asks) agenda.at(ask.at, () => this.#ask(ask));
  }

  /** Requests for which a client waits with good reason. */
  get unanswered(): readonly Ask[] {
    const life = this.#options.life();
    return this.#questions
      .filter(({ answered, asked }) => !answered && (asked === undefined || asked === life))
      .map(({ ask }) => ask);
  }

  /** A new run accepts requests: waiting ones are delivered, those of the last run are repeated. */
  connected(): void {
    for (const question of this.#questions) {
      if (question.answered) continue;
      if (question.asked !== undefined && !isRepeatable(question.ask)) continue;
      question.asked = undefined;
      this.#send(question);
    }
  }

  /** Sends a request outside of the plan, and returns the answer. */
  ask(value: Ask['value'], receive: (answer: Answer) => void): void {
    const life = this.#options.life();
    const parsed = parseRequest(Buffer.from(JSON.stringify(value)));
    if (!parsed.ok) throw new Error(parsed.reply.error.message);
    life?.request(parsed.request, receive);
  }

  #ask(ask: Ask): void {
    const question = { ask, asked: undefined, answered: false, isRepeated: false, turn: 0 };
    this.#questions.push(question);
    this.#send(question);
  }

  #send(question: Question): void {
    const { agenda, plan, hear: receive, note } = this.#options.stage;
    const { ask } = question;
    const turn = ++question.turn;
    const letter = this.#clock.letter(ask, agenda.now);
    receive({ kind: 'asked', ask, isDated: letter.isDated });
    note(() => `client asks ${ask.number}: ${letter.text}`);
    const [least, most] = plan.pace.network;
    const prng = this.#options.stage.chance.of(`ask ${ask.number} travels`);
    const lateMs = turn === 1 ? ask.lateMs : 0;
    agenda.after(lateMs + prng.between(least, most), () => {
      if (question.turn === turn) this.#deliver(question, letter);
    });
  }

  #deliver(question: Question, letter: Letter): void {
    const { hear: receive, note } = this.#options.stage;
    const { life } = this.#options;
    const now = life();
    // No daemon runs: the socket keeps the request.
    if (!now?.isReady) return;
    question.asked = now;
    const { ask } = question;
    const isWanted = this.#clock.isSurelyWanted(letter, now, this.#options.stage);
    let isOver = false;
    const respond = (answer: Answer): void => {
      if (isOver) throw new Error(`ask ${ask.number} is answered twice`);
      isOver = true;
      note(() => `daemon answers ${ask.number}: ${JSON.stringify(answer)}`);
      receive({ kind: 'said', ask, answer });
      if (isWanted && isExpired(answer)) {
        this.#options.stage.fail('P9', `ask ${ask.number} is called expired before it is`);
      }
      this.#answer(question, answer);
    };
    const parsed = parseRequest(Buffer.from(letter.text));
    if (parsed.ok) now.request(parsed.request, respond);
    else respond(parsed.reply);
  }

  /** A request in the socket may or may not arrive after the daemon has died. */
  #answer(question: Question, answer: Answer): void {
    const { agenda, plan, chance, hear: receive } = this.#options.stage;
    const { ask, asked, turn } = question;
    const isLucky = chance.of(`answer ${ask.number} travels`).chance(0.5);
    const at = asked?.clientNow?.();
    agenda.after(plan.pace.network[1], () => {
      if (asked?.isAlive === false && !isLucky) return;
      receive({ kind: 'heard', ask, answer });
      if (at !== undefined) this.#clock.hear(at, agenda.now, asked);
      if (question.turn === turn && this.#wasMistaken(question, answer))
        return this.#send(question);
      const isPassing = 'error' in answer && PASSING.has(answer.error.code);
      if (!isPassing || !isRepeatable(ask)) question.answered = true;
      else agenda.after(PATIENCE_MS, () => this.#again(question, turn));
      return undefined;
    });
  }

  /** Answered `expired`, but still wanted: repeated once, by the clock of that answer. */
  #wasMistaken(question: Question, answer: Answer): boolean {
    const { at, termMs } = question.ask;
    if (question.isRepeated || termMs === undefined || !isExpired(answer)) return false;
    question.isRepeated = true;
    return this.#options.stage.agenda.now < at + termMs;
  }

  /** Unless it was repeated meanwhile in a new run: otherwise each run would add one more. */
  #again(question: Question, turn: number): void {
    if (!question.answered && question.turn === turn) this.#send(question);
  }
}

/** A repeat cannot execute it twice. */
function isRepeatable({ value }: Ask): boolean {
  return typeof value === 'string' || 'id' in value || READS.has(value.op);
}

const READS: ReadonlySet<string> = new Set([
  'list',
  'status',
  'stats',
  'ping',
  'audit',
  'breaker',
  'node',
  'pause',
  'resume',
]);
