/** `status` of a command, `stats`, `logs`: requests that change nothing. */
import type { Lane } from '../../core/model.ts';
import {
  type CommandAnswer,
  isError,
  type LanesAnswer,
  type StatsAnswer,
  type SummaryAnswer,
} from '../../protocol/answer.ts';
import type { LogsAnswer } from '../../protocol/answers/log-lines.ts';
import { errorReply } from '../../protocol/errors.ts';
import type { JsonObject } from '../../protocol/record/record.ts';
import type { LogsRequest, StatusRequest } from '../../protocol/request.ts';
import type { Batch } from '../batch.ts';
import { unavailable } from '../breakers/unavailable.ts';
import { storedAnswer, withOrigin } from '../commands/answers.ts';
import type { Respond } from '../ports.ts';
import type { OpenCommand } from '../queue/open-command.ts';
import { settledStory } from '../queue/story.ts';
import type { RequestContext } from '../requests/context.ts';
import { inspect } from '../requests/operate.ts';

/** A count reads every key of every node, page by page. */
const COUNT_TIMEOUT_MS = 60_000;

export function status(
  context: RequestContext,
  asking: { request: StatusRequest; respond: Respond<CommandAnswer | SummaryAnswer> },
  batch: Batch,
): void {
  const { id, record, story } = asking.request;
  if (id === undefined) return context.summaries.ask(asking.respond);
  const respond = record === true ? withRecord(context, asking.respond) : asking.respond;
  const open = context.commands.registry.byId(id);
  const asked = { id, respond, story };
  if (open === undefined) return lookUp(context, asked, batch);
  // After the commit: until then the command may settle, or prove to be a repeat.
  batch.after(() => {
    if (open.stage === 'gone') return context.post((later) => lookUp(context, asked, later));
    if (asking.respond.waits !== undefined) return awaitEnd(context, open, asking);
    const showWith: Respond<CommandAnswer> = (answer) => {
      if (isError(answer)) return respond(answer);
      // It has settled meanwhile: its story is in the journal.
      if (story === true && answer.story === undefined)
        return context.post((later) => lookUp(context, asked, later));
      const shown = { ...answer, ...context.commands.keys.waitsFor(open) };
      return respond(withOrigin(shown, open.command));
    };
    return inspect(context, open, { respond: showWith, ...(story === true ? { story } : {}) });
  });
}

/** Asks again, without a wait, when the command has ended or the wait is stopped. */
function awaitEnd(
  context: RequestContext,
  open: OpenCommand,
  { request, respond }: { request: StatusRequest; respond: Respond<CommandAnswer | SummaryAnswer> },
): void {
  const { waits, ...rest } = respond;
  const atOnce = Object.assign((answer: Parameters<typeof respond>[0]) => respond(answer), rest);
  const ask = (): void =>
    context.post((later) => status(context, { request, respond: atOnce }, later));
  // A daemon that stops answers every waiter with an error.
  const waiter: Respond<CommandAnswer> = (answer) => (isError(answer) ? respond(answer) : ask());
  open.addWaiter(waiter);
  waits?.(() => {
    if (open.dropWaiter(waiter)) ask();
  });
}

/** Adds the record of the command to its answer, if it has one. */
function withRecord(
  { ports, post }: RequestContext,
  respond: Respond<CommandAnswer>,
): Respond<CommandAnswer> {
  return (answer) => {
    if (isError(answer)) return respond(answer);
    const see = async (): Promise<void> => {
      const { command } = (await ports.journal.find(answer.id)) ?? {};
      if (command?.record === undefined) return respond(answer);
      const text = (await ports.journal.records([command.seq])).get(command.seq);
      const record = text === undefined ? null : (JSON.parse(text) as JsonObject);
      return respond({ ...answer, record });
    };
    return post((later) => later.look({ see, miss: respond }));
  };
}

function lookUp(
  { ports }: RequestContext,
  {
    id,
    respond,
    story,
  }: { id: string; respond: Respond<CommandAnswer>; story?: boolean | undefined },
  batch: Batch,
): void {
  const see = async (): Promise<void> => {
    const stored = await ports.journal.find(id);
    if (stored === undefined)
      return respond(errorReply('unknown_command', `no command ${id}`, { id }));
    const answer = withOrigin(storedAnswer(stored, ports.now()), stored.command);
    const { settlement } = stored;
    if (story !== true || settlement === undefined) return respond(answer);
    const text = await ports.journal.story(stored.command.seq);
    return respond({ ...answer, story: settledStory(stored.command, settlement, text) });
  };
  batch.look({ see, miss: respond });
}

export function logs(
  { ports }: RequestContext,
  { request, respond }: { request: LogsRequest; respond: Respond<LogsAnswer> },
  batch: Batch,
): void {
  const see = (): void => respond(ports.logs?.(request) ?? { lines: [], next: '0' });
  batch.look({ see, miss: respond });
}

/** Counts the keys of all nodes. */
export function stats(
  { ports, questions, options }: RequestContext,
  respond: Respond<StatsAnswer>,
): void {
  const executor = Math.floor(ports.random() * options.executors);
  const ticket = questions.ask(ports.now() + COUNT_TIMEOUT_MS, (value) => {
    if (value?.of === 'count') return respond(value.stats);
    return respond(unavailable('the nodes could not be counted in time'));
  });
  ports.order(executor, { kind: 'count', ticket });
}

export function lanesOf({
  commands,
  pauses,
}: Pick<RequestContext, 'commands' | 'pauses'>): LanesAnswer {
  const counts = {
    interactive: { waiting: 0, running: 0 },
    bulk: { waiting: 0, running: 0 },
  };
  for (const { executor, command } of commands.registry.all()) {
    if (executor === undefined) counts[command.lane].waiting++;
    else counts[command.lane].running++;
  }
  const stateOf = (lane: Lane) => {
    const paused = pauses.of(lane);
    return { ...counts[lane], ...(paused === undefined ? {} : { paused }) };
  };
  return { lanes: { interactive: stateOf('interactive'), bulk: stateOf('bulk') } };
}
