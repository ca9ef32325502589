/**
 * Routes each request of a client to its handler: a command to its acceptance (`commands/acceptance.ts`),
 * an operator's request to `operate.ts` and its neighbours, a question to `queries.ts`. It only says
 * what is to run in a batch; the coordinator posts that.
 */
import type { CommandAnswer } from '../../protocol/answer.ts';
import { type ErrorReply, errorReply } from '../../protocol/errors.ts';
import { parseCommand } from '../../protocol/parse-request.ts';
import type {
  BatchRequest,
  CommandRequest,
  OperatorRequest,
  Request,
} from '../../protocol/request.ts';
import { type ActingRequest, actOf, type Deed, operatorOf } from '../acts/act-of.ts';
import { listActs } from '../acts/acts-query.ts';
import { Audit } from '../audit/audit.ts';
import type { Batch } from '../batch.ts';
import { DryRuns } from '../dry-runs/dry-run.ts';
import type { Requested } from '../inbox.ts';
import { nodeRequest } from '../nodes/node-request.ts';
import type { Respond } from '../ports.ts';
import { list } from '../queries/list.ts';
import { logs, status } from '../queries/queries.ts';
import { envelopeText } from '../queue/waiters.ts';
import { breaker } from './breaker-act.ts';
import type { RequestContext } from './context.ts';
import { askedAs, folded } from './folded.ts';
import { operate } from './operate.ts';
import { operateOnMany } from './operate-many.ts';
import { pauseOrResume } from './pause-act.ts';
import { decideOnHeld } from './restore-act.ts';
import { signed } from './signed.ts';

type Acts = Pick<Requested, 'count' | 'actAt'>;

/** Results that are kept for batches that are not complete, or `openMax` of them if that is more: some 100 MB. */
const RESULTS_MAX = 100_000;
const RESULTS_FULL = errorReply('busy', 'too many results wait for the rest of their batches', {
  retryAfterMs: 1000,
});

export class Requests {
  readonly #context: RequestContext;
  readonly audit: Audit;
  readonly #dryRuns: DryRuns;
  /** Requests under way other than commands. */
  readonly #unanswered = new Set<Respond>();
  /** Acts of operators, with their envelopes and operators. */
  readonly #underWay = new Set<string>();
  /** Of all batches that are not complete. */
  #results = 0;

  constructor(context: RequestContext) {
    this.#context = context;
    this.audit = new Audit(context);
    this.#dryRuns = new DryRuns(context);
  }

  /** The acts of a request, each for a batch, in their order; `respond` is called once. */
  actsOf(request: Request, respond: Respond): Acts {
    if (respond.refusal !== undefined) return this.#refused(request, respond, respond.refusal);
    if (request.op === 'batch') {
      const { openMax } = this.#context.options;
      if (this.#results < Math.max(RESULTS_MAX, openMax)) return this.#actsOfEach(request, respond);
      return { count: 1, actAt: () => () => respond(RESULTS_FULL) };
    }
    if (request.op === 'create' || request.op === 'delete') {
      if (request.dryRun !== true) return one((batch) => this.#accept(request, respond, batch));
      const answer = this.#answeredOnce(respond);
      return one(() => this.#dryRuns.take(request, answer));
    }
    const act = actOf(request);
    if (act !== undefined) return this.#actsOfOperator(act, respond);
    const answer = this.#answeredOnce(respond);
    return one((batch) => this.#handle(request, answer, batch));
  }

  /**
   * An operator's act. A client that repeats it while it is under way gets the same answer: it is one act. Of another
   * operator it is another act, also behind the same envelope: a routing id is the peer's own word.
   */
  #actsOfOperator(
    { request, deed }: { readonly request: ActingRequest; readonly deed: Deed },
    respond: Respond,
  ): Acts {
    const { envelope } = respond;
    const operator = operatorOf(signed(request, respond.principal), respond);
    const name = envelope && `${envelopeText(envelope)} ${JSON.stringify([operator, request])}`;
    if (name !== undefined && this.#underWay.has(name)) {
      return one(() => respond.forget?.());
    }
    if (name !== undefined) this.#underWay.add(name);
    const answer = this.#answeredOnce(respond, () => name && this.#underWay.delete(name));
    const work = (done: Respond, batch: Batch) => this.#handle(request, done, batch);
    return one((batch) =>
      this.#context.trail.run({ deed, operator, respond: answer, work }, batch),
    );
  }

  /** Notes an act of a client that may not do it, and does nothing about it. */
  #refused(request: Request, respond: Respond, refusal: ErrorReply): Acts {
    const isRepair = request.op === 'audit' && request.repair;
    const deed: Deed | undefined = isRepair ? { kind: 'repair' } : actOf(request)?.deed;
    if (deed === undefined) return one(() => respond(refusal));
    const operator = operatorOf({ by: respond.principal?.name }, respond);
    const answer = this.#answeredOnce(respond);
    const work = (done: Respond): void => done(refusal);
    return one((batch) =>
      this.#context.trail.run({ deed, operator, respond: answer, work }, batch),
    );
  }

  /** Answers every request under way; open commands are answered by the coordinator. */
  dismiss(): void {
    for (const respond of this.#unanswered) {
      respond(errorReply('draining', 'the daemon is stopping; this request was not finished'));
    }
  }

  #answeredOnce(respond: Respond, then: () => void = () => {}): Respond {
    const { client, principal, door, waits } = respond;
    const once: Respond = Object.assign(
      (answer: Parameters<Respond>[0]) => {
        if (!this.#unanswered.delete(once)) return;
        then();
        respond(answer);
      },
      { client, principal, door, waits },
    );
    this.#unanswered.add(once);
    return once;
  }

  /** Each command as if sent alone; the answers in their order, when the last is there. */
  #actsOfEach({ commands }: BatchRequest, respond: Respond): Acts {
    const results: (CommandAnswer | ErrorReply)[] = [];
    let missing = commands.length;
    // Each is dropped when it is read: one that waits would keep all the others in memory (P9).
    const unread: unknown[] = [...commands];
    const actAt = (index: number) => {
      const keep = (answer: CommandAnswer | ErrorReply): void => {
        results[index] = answer;
        this.#results++;
        if (--missing > 0) return;
        this.#results -= results.length;
        respond({ results });
      };
      const settle: Respond<CommandAnswer> = Object.assign(keep, {
        client: respond.client,
        waits: respond.waits,
      });
      // An act for each: parsing ten thousand wrong commands takes longer than one batch may.
      return (batch: Batch) => {
        const parsed = parseCommand(unread[index], index);
        unread[index] = undefined;
        if (!parsed.ok) settle(parsed.reply);
        else this.#accept(parsed.request, settle, batch);
      };
    };
    return { count: unread.length, actAt };
  }

  #accept(asked: CommandRequest, respond: Respond<CommandAnswer>, batch: Batch): void {
    const { acceptance, options } = this.#context;
    const request = folded(asked, options.fold);
    const answer = options.fold === undefined ? respond : askedAs(respond, asked.groupId);
    acceptance.take(request, answer, batch);
  }

  #handle(
    asked: Exclude<Request, BatchRequest | CommandRequest>,
    respond: Respond,
    batch: Batch,
  ): void {
    const context = this.#context;
    const request = signed(folded(asked, context.options.fold), respond.principal);
    switch (request.op) {
      case 'status':
        return status(context, { request, respond }, batch);
      case 'list':
        return list(context, { request, respond }, batch);
      case 'stats':
        return context.counts.ask(respond);
      case 'audit':
        return this.audit.take(request, respond);
      case 'retry':
      case 'cancel':
      case 'abandon':
        return this.#operate(request, respond, batch);
      case 'restore':
        return decideOnHeld(context, { request, respond }, batch);
      case 'pause':
      case 'resume':
        return pauseOrResume(context, { request, respond }, batch);
      case 'breaker':
        return breaker(context, { request, respond }, batch);
      case 'node':
        return nodeRequest(context, { request, respond }, batch);
      case 'acts':
        return listActs(context, { request, respond }, batch);
      case 'logs':
        return logs(context, { request, respond }, batch);
      case 'ping': {
        const { pid, version, publishesEvents } = context.options;
        const journalId = context.ports.journal.id;
        const events = publishesEvents ? {} : { events: 'off' as const };
        return respond({ pid, version, journalId, ...context.intake.accepting, ...events });
      }
    }
  }

  #operate(request: OperatorRequest, respond: Respond, batch: Batch): void {
    const { op, id } = request;
    if (id === undefined) return operateOnMany(this.#context, { request, respond }, batch);
    return operate(this.#context, { request: { op, id, by: request.by }, respond }, batch);
  }
}

function one(act: (batch: Batch) => void): Acts {
  return { count: 1, actAt: () => act };
}
