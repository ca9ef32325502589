/**
 * Which request of a client goes where: commands to their life (commands.ts), an operator's word to
 * who carries it out, looks to who can tell. Each is handled in a turn of the batch machine.
 */
import type { Answer } from '../protocol/answer.ts';
import { errorReply } from '../protocol/errors.ts';
import { parseCommand } from '../protocol/parse-request.ts';
import { type BatchRequest, type OperatorRequest, type Request } from '../protocol/request.ts';
import { Audit } from './audit.ts';
import { breaker } from './breaker-act.ts';
import { operateOnMany } from './bulk-operators.ts';
import { operate } from './operators.ts';
import { pauseOrResume } from './pause-act.ts';
import type { Respond } from './ports.ts';
import { type AskingDesk, list, type QueryDesk, stats, status } from './queries.ts';
import { decideOnHeld } from './restore-act.ts';
import { Rounds } from './rounds.ts';
import { summarize } from './summary.ts';
import type { Turn } from './turn.ts';

export class Requests {
  readonly #desk: QueryDesk;
  readonly #audit: Audit;
  /** Who waits for something else than a command. */
  readonly #unanswered = new Set<Respond>();

  constructor(desk: AskingDesk) {
    const summaries = new Rounds((done) => summarize(desk, done));
    const counts = new Rounds((done) => stats(desk, done));
    this.#desk = { ...desk, summaries, counts };
    this.#audit = new Audit(this.#desk);
  }

  summarize(respond: Respond): void {
    this.#desk.summaries.ask(respond);
  }

  /** `respond` is called once. */
  take(request: Request, respond: Respond): void {
    if (request.op === 'batch') return this.#batch(request, respond);
    const isCommand = request.op === 'create' || request.op === 'delete';
    const answer = isCommand ? respond : this.#answeredOnce(respond);
    return this.#desk.post((turn) => this.#route(request, answer, turn));
  }

  /** Answers what is under way still; open commands have their own last word. */
  dismiss(): void {
    for (const respond of this.#unanswered) {
      respond(errorReply('draining', 'the daemon stops; this was not finished'));
    }
  }

  #answeredOnce(respond: Respond): Respond {
    const once: Respond = (answer) => {
      if (this.#unanswered.delete(once)) respond(answer);
    };
    this.#unanswered.add(once);
    return once;
  }

  #route(request: Exclude<Request, BatchRequest>, respond: Respond, turn: Turn): void {
    const { commands, options } = this.#desk;
    switch (request.op) {
      case 'create':
      case 'delete':
        return commands.accept(request, respond, turn);
      case 'status':
        return status(this.#desk, { request, respond }, turn);
      case 'list':
        return list(this.#desk, { request, respond }, turn);
      case 'stats':
        return this.#desk.counts.ask(respond);
      case 'audit':
        return this.#audit.take(request, respond);
      case 'retry':
      case 'cancel':
      case 'abandon':
        return this.#operate(request, respond, turn);
      case 'restore':
        return decideOnHeld(this.#desk, { request, respond }, turn);
      case 'pause':
      case 'resume':
        return pauseOrResume(this.#desk, { request, respond }, turn);
      case 'breaker':
        return breaker(this.#desk, { request, respond }, turn);
      case 'ping': {
        const { pid, version } = options;
        return respond({ pid, version, ...commands.intake.accepting });
      }
    }
  }

  #operate(request: OperatorRequest, respond: Respond, turn: Turn): void {
    const { op, id, by } = request;
    if (id === undefined) return operateOnMany(this.#desk, { request, respond }, turn);
    return operate(this.#desk, { request: { op, id, by }, respond }, turn);
  }

  /** Each command as if sent alone; the answers in their order, when the last is there. */
  #batch({ commands }: BatchRequest, respond: Respond): void {
    const results: Answer[] = [];
    let missing = commands.length;
    for (const [index, value] of commands.entries()) {
      const settle: Respond = (answer) => {
        results[index] = answer;
        if (--missing === 0) respond({ results } as Answer);
      };
      // Ten thousand wrong ones take a while to judge: each in a turn, which takes in what it has time for.
      this.#desk.post((turn) => {
        const parsed = parseCommand(value, index);
        if (!parsed.ok) settle(parsed.reply);
        else this.#desk.commands.accept(parsed.request, settle, turn);
      });
    }
  }
}
