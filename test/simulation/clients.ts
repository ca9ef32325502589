/**
 * The clients: each request is a text that goes through the protocol's own parser. What stays
 * unanswered, by the daemon's death or by its word (`busy`, `draining`), is sent again under the
 * same id; a request without an id is not, for nobody could know what became of it.
 */
import type { Answer } from '../../src/protocol/answer.ts';
import { parseRequest } from '../../src/protocol/request.ts';
import type { Life } from './life.ts';
import type { Stage } from './stage.ts';
import type { Ask } from './workload.ts';

/** From an answer such as `busy` until a client asks again. */
export const PATIENCE_MS = 400;
/** Errors after which the same request may succeed. */
const PASSING: ReadonlySet<string> = new Set(['busy', 'draining', 'unavailable']);

export interface ClientsOptions {
  readonly stage: Stage;
  readonly life: () => Life | undefined;
}

interface Question {
  readonly ask: Ask;
  readonly bytes: Buffer;
  /** The life that has it in hand. */
  asked: Life | undefined;
  answered: boolean;
  /** Rises whenever it is asked: what was still to come of an earlier time is void. */
  turn: number;
}

export class Clients {
  readonly #options: ClientsOptions;
  readonly #questions: Question[] = [];

  constructor(options: ClientsOptions) {
    this.#options = options;
    const { plan, agenda } = options.stage;
    for (const ask of plan.asks) agenda.at(ask.at, () => this.#ask(ask));
  }

  /** Those that a client still waits for, and with reason. */
  get unanswered(): readonly Ask[] {
    const life = this.#options.life();
    return this.#questions
      .filter(({ answered, asked }) => !answered && (asked === undefined || asked === life))
      .map(({ ask }) => ask);
  }

  /** A new life takes requests: what waited for it is delivered, what the last one had is repeated. */
  connected(): void {
    for (const question of this.#questions) {
      if (question.answered) continue;
      if (question.asked !== undefined && !isRepeatable(question.ask)) continue;
      question.asked = undefined;
      this.#send(question);
    }
  }

  /** Asks outside the plan, and has the answer. */
  ask(value: Ask['value'], hear: (answer: Answer) => void): void {
    const life = this.#options.life();
    const parsed = parseRequest(Buffer.from(JSON.stringify(value)));
    if (!parsed.ok) throw new Error(parsed.reply.error.message);
    life?.request(parsed.request, hear);
  }

  #ask(ask: Ask): void {
    const text = typeof ask.value === 'string' ? ask.value : JSON.stringify(ask.value);
    const bytes = Buffer.from(text);
    const question = { ask, bytes, asked: undefined, answered: false, turn: 0 };
    this.#questions.push(question);
    this.#send(question);
  }

  #send(question: Question): void {
    const { agenda, plan, hear, note } = this.#options.stage;
    const { ask } = question;
    const turn = ++question.turn;
    hear({ kind: 'asked', ask });
    note(() => `client asks ${ask.number}: ${question.bytes.toString()}`);
    const [least, most] = plan.pace.network;
    const prng = this.#options.stage.chance.of(`ask ${ask.number} travels`);
    agenda.after(prng.between(least, most), () => {
      if (question.turn === turn) this.#deliver(question);
    });
  }

  #deliver(question: Question): void {
    const { hear, note } = this.#options.stage;
    const { life } = this.#options;
    const now = life();
    // Nobody there: the socket keeps it until somebody is.
    if (!now?.isReady) return;
    question.asked = now;
    const { ask, bytes } = question;
    let isOver = false;
    const respond = (answer: Answer): void => {
      if (isOver) throw new Error(`ask ${ask.number} is answered twice`);
      isOver = true;
      note(() => `daemon answers ${ask.number}: ${JSON.stringify(answer)}`);
      hear({ kind: 'said', ask, answer });
      this.#answer(question, answer);
    };
    const parsed = parseRequest(bytes);
    if (parsed.ok) now.request(parsed.request, respond);
    else respond(parsed.reply);
  }

  /** What is with the socket may still arrive when the daemon has died meanwhile, or may not. */
  #answer(question: Question, answer: Answer): void {
    const { agenda, plan, chance, hear } = this.#options.stage;
    const { ask, asked, turn } = question;
    const isLucky = chance.of(`answer ${ask.number} travels`).chance(0.5);
    agenda.after(plan.pace.network[1], () => {
      if (asked?.isAlive === false && !isLucky) return;
      hear({ kind: 'heard', ask, answer });
      const isPassing = 'error' in answer && PASSING.has(answer.error.code);
      if (!isPassing || !isRepeatable(ask)) question.answered = true;
      else agenda.after(PATIENCE_MS, () => this.#again(question, turn));
    });
  }

  /** Unless it was asked again meanwhile, of a new life: else each life would add one who asks. */
  #again(question: Question, turn: number): void {
    if (!question.answered && question.turn === turn) this.#send(question);
  }
}

/** Asking again cannot do it twice. */
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
  'pause',
  'resume',
]);
