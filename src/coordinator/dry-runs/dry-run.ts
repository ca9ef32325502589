/**
 * `create` and `delete` with `dryRun`: the survey alone. Every node is read; no request that changes a node is
 * sent, no command is accepted, and the journal is not written.
 *
 * The admission is that of a command, so a dry run is refused where the command would be; and while a breaker is not
 * closed, because its node would not be read. Bounds (P9): so many at once, half of them of one client, each for so long.
 */
import { CallSlots } from '../../base/call-slots.ts';
import { refusalBySurvey } from '../../core/conclude.ts';
import type { Found } from '../../core/goal.ts';
import type { DryRunAnswer, DryRunNode } from '../../protocol/answers/dry-run.ts';
import { type ErrorReply, errorReply } from '../../protocol/errors.ts';
import type { CommandRequest } from '../../protocol/request.ts';
import type { Sighting } from '../../protocol/work.ts';
import { unavailable } from '../breakers/unavailable.ts';
import type { Respond } from '../ports.ts';
import type { RequestContext } from '../requests/context.ts';
import { folded } from '../requests/folded.ts';

/** Reads of so many keys at once: more would delay the commands behind them at the nodes. */
const DRY_RUNS_MAX = 100;
const BUSY_RETRY_MS = 250;
/** Longer than the executor reads. */
const LOOK_TIMEOUT_MS = 30_000;

export class DryRuns {
  readonly #context: RequestContext;
  readonly #slots = new CallSlots({ callsMax: DRY_RUNS_MAX, bytesMax: 0 });

  constructor(context: RequestContext) {
    this.#context = context;
  }

  take(asked: CommandRequest, respond: Respond<DryRunAnswer>): void {
    const request = folded(asked, this.#context.options.fold);
    const { acceptance, intake } = this.#context;
    const rejection = acceptance.rejectionOf(request, intake.accepting.refusal);
    if (rejection !== undefined) return respond(rejection);
    const free = this.#slots.take(respond.principal?.name || (respond.client ?? ''), 0);
    if (free === undefined) return respond(fullFor(request));
    const { ports, questions, options } = this.#context;
    const executor = Math.floor(ports.random() * options.executors);
    const ticket = questions.ask(ports.now() + LOOK_TIMEOUT_MS, (value) => {
      free();
      const [seen] = value?.of === 'look' ? value.sightings : [];
      if (seen === undefined) return respond(unavailable('the nodes were not read in time'));
      return respond(this.#answerOf(request, asked.groupId, seen));
    });
    ports.order(executor, { kind: 'look', keys: [request.groupId], ticket });
  }

  #answerOf(request: CommandRequest, asked: string, { nodes }: Sighting): DryRunAnswer {
    const { op, groupId } = request;
    const { keys } = this.#context.commands;
    const holder = keys.holderOf(groupId);
    const outcome = outcomeOf(request, nodes);
    const shown = Object.entries(nodes).map(([name, seen]) => {
      const isChanged = seen.state === (op === 'create' ? 'absent' : 'present');
      const would = outcome.would === 'commit' && isChanged ? op : 'nothing';
      return [name, { ...seen, would } satisfies DryRunNode] as const;
    });
    return {
      dryRun: true,
      op,
      groupId,
      ...(asked === groupId ? {} : { askedAs: asked }),
      ...outcome,
      ...(holder === undefined ? {} : { waitsFor: holder.command.id }),
      nodes: Object.fromEntries(shown),
    };
  }
}

function fullFor({ id }: CommandRequest): ErrorReply {
  const message = `${DRY_RUNS_MAX} dry runs are under way, or ${DRY_RUNS_MAX / 2} of this client`;
  return errorReply('busy', message, {
    retryAfterMs: BUSY_RETRY_MS,
    ...(id === undefined ? {} : { id }),
  });
}

function outcomeOf(
  request: CommandRequest,
  nodes: Sighting['nodes'],
): Pick<DryRunAnswer, 'would' | 'reason'> {
  const findings: Found[] = [];
  for (const { state: presence, content } of Object.values(nodes)) {
    if (presence === 'unknown') return { would: 'unknown' };
    findings.push({ presence, ...(content === undefined ? {} : { content }) });
  }
  const { op, ensure } = request;
  const record = request.op === 'create' ? request.record : undefined;
  const command = { op, ensure, ...(record === undefined ? {} : { record }) };
  const reason = refusalBySurvey(command, findings);
  return reason === undefined ? { would: 'commit' } : { would: 'refuse', reason };
}
