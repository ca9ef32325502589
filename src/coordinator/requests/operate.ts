/** `cancel`, `retry`, `abandon`: an operator's request about one open command. */
import { mayBeAbandoned } from '../../core/forward-only.ts';
import type { StoredCommand } from '../../journal/port.ts';
import { type CommandAnswer, isError } from '../../protocol/answer.ts';
import { type ErrorReply, errorReply } from '../../protocol/errors.ts';
import type { Step } from '../../protocol/story/step.ts';
import type { OperatorAct } from '../../protocol/work.ts';
import type { Batch } from '../batch.ts';
import { unavailable } from '../breakers/unavailable.ts';
import { openAnswer, waitingAnswer } from '../commands/answers.ts';
import type { Respond } from '../ports.ts';
import type { OpenCommand } from '../queue/open-command.ts';
import { openStory, operatorStep } from '../queue/story.ts';
import type { RequestContext } from './context.ts';
import { onParked } from './parked-act.ts';

/** An act takes effect when the exchanges under way have ended; a timeout bounds each of them. */
const ACT_TIMEOUT_MS = 60_000;
const INSPECT_TIMEOUT_MS = 2000;

/** One act on one command. */
export interface OperatorCommand {
  readonly op: OperatorAct;
  readonly id: string;
  /** The operator. */
  readonly by?: string | undefined;
}

export function operate(
  context: RequestContext,
  { request, respond }: { request: OperatorCommand; respond: Respond<CommandAnswer> },
  batch: Batch,
): void {
  const open = context.commands.registry.byId(request.id);
  if (open === undefined) {
    const see = async (): Promise<void> => {
      const stored = await context.ports.journal.find(request.id);
      // The look may have waited, and the command may have come in meanwhile.
      if (context.commands.registry.byId(request.id) === undefined)
        respond(closed(request, stored));
      else context.post((later) => operate(context, { request, respond }, later));
    };
    batch.look({ see, miss: respond });
    return;
  }
  // Its acceptance is in this commit: come back after it.
  if (open.stage === 'new') {
    context.post((later) => operate(context, { request, respond }, later));
    return;
  }
  // Its settlement is in this commit: that is the answer, whatever was asked.
  if (open.stage === 'gone') {
    open.addWaiter(respond);
    return;
  }
  if (open.stage === 'restored') {
    respond(
      errorReply('invalid_request', `${request.id} is held since its journal was restored`, {
        field: 'id',
        hint: 'Resume it or give it up: lockstep restore --resume or --abandon.',
        id: request.id,
      }),
    );
    return;
  }
  const { policy } = context.options;
  if (request.op === 'abandon' && open.stage !== 'parked' && !mayBeAbandoned(open, policy)) {
    respond(
      errorReply('invalid_request', `${request.id} is ${open.state}, not compensating`, {
        field: 'id',
        hint: 'Only a rollback, or a delete that cannot be undone, can be abandoned; cancel the command.',
        id: request.id,
      }),
    );
    return;
  }
  open.happened(operatorStep(request.op, request.by, context.ports.now()));
  if (open.stage === 'parked') return onParked(context, open, { request, respond, batch });
  if (request.op === 'cancel' && context.commands.settleUndriven(open, 'cancel', batch)) {
    open.addWaiter(respond);
    return;
  }
  act(context, open, { request, respond });
}

/** Sends the act to the executor, and answers with its result. */
function act(
  context: RequestContext,
  open: OpenCommand,
  { request, respond }: { request: OperatorCommand; respond: Respond<CommandAnswer> },
): void {
  const { ports, questions } = context;
  const { executor, command } = open;
  const { seq } = command;
  if (executor === undefined) {
    // No executor has it: nothing backs off, so there is nothing to retry.
    if (request.op === 'retry') return respond(openAnswer(open, ports.now()));
    return respond(unavailable(`${request.id} is being recovered`, { id: request.id }));
  }
  const ticket = questions.ask(ports.now() + ACT_TIMEOUT_MS, (value) => {
    const isOver = value === undefined || open.answer !== undefined;
    if (isOver) return respond(openAnswer(open, ports.now()));
    return inspect(context, open, { respond });
  });
  ports.order(executor, { kind: 'operate', seq, act: request.op, ticket });
}

interface Inspecting {
  readonly respond: Respond<CommandAnswer>;
  /** Also what happened so far. */
  readonly story?: boolean;
}

/** Answers with the progress of the command, and of its nodes if an executor has it. */
export function inspect(
  {
    ports,
    commands,
    questions,
    pauses,
    drains,
    retirements,
  }: Pick<RequestContext, 'ports' | 'commands' | 'questions' | 'pauses' | 'drains' | 'retirements'>,
  open: OpenCommand,
  { respond, story = false }: Inspecting,
): void {
  const { executor, command } = open;
  const answerWith = (answer: CommandAnswer | ErrorReply, driven?: readonly Step[]): void => {
    // A final answer has come meanwhile: its story is in the journal.
    const isOpen = story && open.answer === undefined && !isError(answer);
    respond(
      isOpen
        ? { ...answer, story: openStory(open, driven, { pauses, drains, retirements }) }
        : answer,
    );
  };
  if (executor === undefined) return answerWith(waitingAnswer(open, commands.keys, ports.now()));
  const ticket = questions.ask(ports.now() + INSPECT_TIMEOUT_MS, (value) => {
    const seen = value?.of === 'inspect' ? value.inspection : undefined;
    answerWith(openAnswer(open, ports.now(), seen), seen?.story);
  });
  const { seq } = command;
  ports.order(executor, { kind: 'inspect', seq, ticket, ...(story ? { story } : {}) });
  return undefined;
}

function closed({ op, id }: OperatorCommand, stored: StoredCommand | undefined) {
  if (stored === undefined) return errorReply('unknown_command', `no command ${id}`, { id });
  return errorReply('invalid_request', `${id} is settled: ${stored.state}`, {
    field: 'id',
    hint: `There is nothing left to ${op}.`,
    id,
  });
}
