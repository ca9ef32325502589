/**
 * `cancel`, `retry`, `abandon` for all open commands that a filter matches, page by page, oldest first. Each is
 * handled as if requested alone, in an act of its own, by the rules of operate.ts; a command that settles
 * meanwhile is answered with its settlement. A dry run only lists the commands.
 *
 * One page is bounded (P9); the client goes on with `next`.
 */
import { mayBeAbandoned } from '../../core/forward-only.ts';
import type { CommandAnswer, SelectionAnswer } from '../../protocol/answer.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import type { OpenFilter, OperatorRequest, RestoreRequest } from '../../protocol/request.ts';
import type { Batch } from '../batch.ts';
import { openAnswer, withOrigin } from '../commands/answers.ts';
import type { Respond } from '../ports.ts';
import type { OpenCommand } from '../queue/open-command.ts';
import type { RequestContext } from './context.ts';
import { operate } from './operate.ts';

const PAGE = 100;

export type ManyRequest = OperatorRequest | RestoreRequest;

/** Stages of commands that no act applies to: not accepted yet, settled, or held. */
const NOWHERE: ReadonlySet<OpenCommand['stage']> = new Set(['new', 'gone', 'restored', 'parked']);

/** The states in which an act changes a command. */
const CONCERNED: Readonly<Record<ManyRequest['op'], ReadonlySet<OpenCommand['state']>>> = {
  restore: new Set(['accepted', 'applying', 'compensating']),
  cancel: new Set(['accepted', 'applying']),
  retry: new Set(['accepted', 'applying', 'compensating']),
  abandon: new Set(['applying', 'compensating']),
};

export interface Page {
  readonly matched: number;
  readonly commands: readonly OpenCommand[];
  readonly next?: string;
}

interface Asking {
  readonly request: OperatorRequest;
  readonly respond: Respond<SelectionAnswer>;
}

export function operateOnMany(context: RequestContext, asking: Asking, batch: Batch): void {
  // After the commit: a command accepted in this batch is durable then (P3).
  const see = (): void => {
    const page = select(context, asking.request);
    if (asking.request.dryRun === true) replyWith(context, page, asking.respond);
    else actOn(context, page, asking);
  };
  batch.look({ see, miss: asking.respond });
}

export function select({ ports, options, commands }: RequestContext, request: ManyRequest): Page {
  const { op, filter = {}, limit = PAGE, cursor } = request;
  // The trail has added the number of the act.
  const after = Number.parseInt(cursor ?? '0', 10);
  const now = ports.now();
  const states = statesOf(op, filter);
  const found: OpenCommand[] = [];
  let matched = 0;
  for (const open of commands.registry.all()) {
    if (open.command.seq <= after || !isThere(request, open)) continue;
    if (!states.has(open.state) || !matches(filter, open, now)) continue;
    const isEndless = open.stage === 'parked' || mayBeAbandoned(open, options.policy);
    if (op === 'abandon' && !isEndless) continue;
    matched++;
    if (found.length < limit) found.push(open);
  }
  const last = found.at(-1);
  const more = matched > found.length && last !== undefined;
  return { matched, commands: found, ...(more ? { next: String(last.command.seq) } : {}) };
}

/** Only `restore` acts on commands of a restored journal; parked commands must be asked for by `parked`. */
function isThere({ op, filter }: ManyRequest, { stage }: OpenCommand): boolean {
  const isMeant = filter?.parked === true;
  if (op === 'restore') return stage === 'restored' && !isMeant;
  return isMeant ? stage === 'parked' : !NOWHERE.has(stage);
}

/** The states that the act applies to and the filter asks for. */
function statesOf(
  op: ManyRequest['op'],
  { state, parked }: OpenFilter,
): ReadonlySet<OpenCommand['state']> {
  const concerned = CONCERNED[parked === true ? 'restore' : op];
  return state === undefined
    ? concerned
    : new Set([state].flat().filter((one) => concerned.has(one)));
}

/** All of the filter but the state. */
function matches(filter: OpenFilter, { command, stuck }: OpenCommand, now: number): boolean {
  const age = now - command.acceptedAt;
  return (
    (filter.stuck === undefined || filter.stuck === stuck) &&
    (filter.op === undefined || filter.op === command.op) &&
    (filter.lane === undefined || filter.lane === command.lane) &&
    (filter.groupId === undefined || filter.groupId === command.groupId) &&
    (filter.node === undefined || command.nodes.includes(filter.node)) &&
    (filter.olderThanMs === undefined || age >= filter.olderThanMs) &&
    (filter.youngerThanMs === undefined || age <= filter.youngerThanMs)
  );
}

export function replyWith(
  { ports }: RequestContext,
  page: Page,
  respond: Respond<SelectionAnswer>,
): void {
  const now = ports.now();
  const shown = (open: OpenCommand) => withOrigin(openAnswer(open, now), open.command);
  respond({ ...page, commands: page.commands.map(shown) });
}

function actOn(context: RequestContext, page: Page, { request, respond }: Asking): void {
  const { op } = request;
  const answers: (CommandAnswer | ErrorReply)[] = [];
  let missing = page.commands.length;
  if (missing === 0) return respond({ ...page, commands: [] });
  for (const [index, open] of page.commands.entries()) {
    const settle = (answer: CommandAnswer | ErrorReply) => {
      answers[index] = answer;
      if (--missing === 0) respond({ ...page, commands: answers });
    };
    const { id } = open.command;
    context.post((batch) => {
      if (open.answer !== undefined) settle(open.answer);
      else {
        noteOne(context, open, request);
        operate(context, { request: { op, id, by: request.by }, respond: settle }, batch);
      }
    });
  }
}

/** For the log: the act itself names its filter only. */
export function noteOne(
  { ports }: RequestContext,
  { command, state }: OpenCommand,
  { op, by }: ManyRequest,
): void {
  const author = by === undefined ? {} : { by };
  ports.noted?.(`operator: ${op}, by a filter`, {
    id: command.id,
    of: command.op,
    state,
    ...author,
  });
}
