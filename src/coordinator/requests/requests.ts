/**
 * Which request of a client goes where: commands to their life (commands.ts), an operator's word to
 * who carries it out, looks to who can tell. Each is handled in a turn of the batch machine.
 */
import type { CommandAnswer, StatsAnswer, SummaryAnswer } from '../../protocol/answer.ts';
import { type ErrorReply, errorReply } from '../../protocol/errors.ts';
import { parseCommand } from '../../protocol/parse-request.ts';
import type { BatchRequest, OperatorRequest, Request } from '../../protocol/request.ts';
import { Audit } from '../audit/audit.ts';
import type { Batch } from '../batch.ts';
import type { Respond } from '../ports.ts';
import { breaker } from './breaker-act.ts';
import { operate } from './operate.ts';
import { operateOnMany } from './operate-many.ts';
import { pauseOrResume } from './pause-act.ts';
import { list, type QuestionContext, type RequestContext, stats, status } from './queries.ts';
import { decideOnHeld } from './restore-act.ts';
import { Rounds } from './rounds.ts';
import { summarize } from './summary.ts';

export class Requests {
  readonly #context: RequestContext;
  readonly #audit: Audit;
  /** Who waits for something else than a command. */
  readonly #unanswered = new Set<Respond>();

  constructor(context: QuestionContext) {
    const summaries = new Rounds<SummaryAnswer>((done) => summarize(context, done));
    const counts = new Rounds<StatsAnswer>((done) => stats(context, done));
    this.#context = { ...context, summaries, counts };
    this.#audit = new Audit(this.#context);
  }

  summarize(respond: Respond<SummaryAnswer>): void {
    this.#context.summaries.ask(respond);
  }

  /** `respond` is called once. */
  take(request: Request, respond: Respond): void {
    if (request.op === 'batch') return this.#batch(request, respond);
    const isCommand = request.op === 'create' || request.op === 'delete';
    const answer = isCommand ? respond : this.#answeredOnce(respond);
    return this.#context.post((batch) => this.#route(request, answer, batch));
  }

  /** Answers what is under way still; open commands have their own last word. */
  dismiss(): void {
    for (const respond of this.#unanswered) {
      respond(errorReply('draining', 'the daemon is stopping; this request was not finished'));
    }
  }

  #answeredOnce(respond: Respond): Respond {
    const once: Respond = (answer) => {
      if (this.#unanswered.delete(once)) respond(answer);
    };
    this.#unanswered.add(once);
    return once;
  }

  #route(request: Exclude<Request, BatchRequest>, respond: Respond, batch: Batch): void {
    const { commands, options } = this.#context;
    switch (request.op) {
      case 'create':
      case 'delete':
        return commands.accept(request, respond, batch);
      case 'status':
        return status(this.#context, { request, respond }, batch);
      case 'list':
        return list(this.#context, { request, respond }, batch);
      case 'stats':
        return this.#context.counts.ask(respond);
      case 'audit':
        return this.#audit.take(request, respond);
      case 'retry':
      case 'cancel':
      case 'abandon':
        return this.#operate(request, respond, batch);
      case 'restore':
        return decideOnHeld(this.#context, { request, respond }, batch);
      case 'pause':
      case 'resume':
        return pauseOrResume(this.#context, { request, respond }, batch);
      case 'breaker':
        return breaker(this.#context, { request, respond }, batch);
      case 'ping': {
        const { pid, version } = options;
        return respond({ pid, version, ...commands.intake.accepting });
      }
    }
  }

  #operate(request: OperatorRequest, respond: Respond, batch: Batch): void {
    const { op, id, by } = request;
    if (id === undefined) return operateOnMany(this.#context, { request, respond }, batch);
    return operate(this.#context, { request: { op, id, by }, respond }, batch);
  }

  /** Each command as if sent alone; the answers in their order, when the last is there. */
  #batch({ commands }: BatchRequest, respond: Respond): void {
    const results: (CommandAnswer | ErrorReply)[] = [];
    let missing = commands.length;
    for (const [index, value] of commands.entries()) {
      const settle: Respond<CommandAnswer> = (answer) => {
        results[index] = answer;
        if (--missing === 0) respond({ results });
      };
      // Ten thousand wrong ones take a while to judge: each in a turn, which takes in what it has time for.
      this.#context.post((batch) => {
        const parsed = parseCommand(value, index);
        if (!parsed.ok) settle(parsed.reply);
        else this.#context.commands.accept(parsed.request, settle, batch);
      });
    }
  }
}
