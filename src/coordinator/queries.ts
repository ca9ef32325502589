/** `status` of a command, `list`, `stats`: what changes nothing. */
import type { Lane, SagaState } from '../core/model.ts';
import type { ListFilter, Moment } from '../journal/port.ts';
import type { LanesAnswer } from '../protocol/answer.ts';
import { errorReply } from '../protocol/errors.ts';
import type { ListRequest, StatusRequest } from '../protocol/request.ts';
import { storedAnswer, withOrigin } from './answers.ts';
import type { Breakers } from './breakers.ts';
import type { Divergence } from './divergence.ts';
import { inspect, type OperatorDesk } from './operators.ts';
import type { Pauses } from './pauses.ts';
import type { CoordinatorOptions, Respond } from './ports.ts';
import type { Rounds } from './rounds.ts';
import type { Turn } from './turn.ts';
import { unavailable } from './unavailable.ts';

/** Counting pages through every key of every node. */
const COUNT_TIMEOUT_MS = 60_000;

/** What a question to the executors needs. */
export interface AskingDesk extends OperatorDesk {
  readonly options: CoordinatorOptions;
  readonly breakers: Breakers;
  readonly pauses: Pauses;
  readonly startedAt: number;
  readonly moment: () => Moment;
  /** What the last audit has found. */
  readonly divergence: Divergence;
}

export interface QueryDesk extends AskingDesk {
  readonly summaries: Rounds;
  readonly counts: Rounds;
}

export function status(
  desk: QueryDesk,
  { request, respond }: { request: StatusRequest; respond: Respond },
  turn: Turn,
): void {
  const { id } = request;
  if (id === undefined) return desk.summaries.ask(respond);
  const open = desk.commands.registry.byId(id);
  if (open === undefined) return lookUp(desk, { id, respond }, turn);
  // After the commit: until then it may still settle, or prove to be a repeat.
  turn.after(() => {
    if (open.stage === 'gone') return desk.post((later) => lookUp(desk, { id, respond }, later));
    return inspect(desk, open, (answer) => {
      if (!('state' in answer && 'op' in answer)) return respond(answer);
      const standing = { ...answer, ...desk.commands.keys.waitsFor(open) };
      return respond(withOrigin(standing, open.command));
    });
  });
}

function lookUp(
  { ports }: QueryDesk,
  { id, respond }: { id: string; respond: Respond },
  turn: Turn,
): void {
  const see = async (): Promise<void> => {
    const stored = await ports.journal.find(id);
    if (stored === undefined) respond(errorReply('unknown_command', `no command ${id}`, { id }));
    else respond(withOrigin(storedAnswer(stored, ports.now()), stored.command));
  };
  turn.look({ see, miss: respond });
}

export function list(
  { ports, moment, commands: { registry } }: QueryDesk,
  { request, respond }: { request: ListRequest; respond: Respond },
  turn: Turn,
): void {
  const now = moment();
  const before = request.cursor === undefined ? undefined : Number(request.cursor);
  const see = async (): Promise<void> => {
    const { commands, next } = await ports.journal.list(
      filterOf(request, now),
      before,
      request.limit,
    );
    respond({
      commands: commands.map((stored) => {
        // One of an earlier life has its times there by another clock than this life's.
        const { command } = registry.byId(stored.command.id) ?? stored;
        return withOrigin(storedAnswer({ ...stored, command }, now.at), command);
      }),
      ...(next === undefined ? {} : { next: String(next) }),
    });
  };
  turn.look({ see, miss: respond });
}

/** Counts the keys of all nodes. */
export function stats({ ports, questions, options }: AskingDesk, respond: Respond): void {
  const executor = Math.floor(ports.random() * options.executors);
  const ticket = questions.ask(ports.now() + COUNT_TIMEOUT_MS, (value) => {
    if (value?.of === 'count') return respond(value.stats);
    return respond(unavailable('the nodes could not be counted in time'));
  });
  ports.order(executor, { kind: 'count', ticket });
}

function filterOf(request: ListRequest, now: Moment): ListFilter {
  const { state, stuck, parked, groupId, node, olderThanMs, youngerThanMs } = request;
  const states: readonly SagaState[] | undefined = typeof state === 'string' ? [state] : state;
  return {
    ...(states === undefined ? {} : { states }),
    ...(stuck === undefined ? {} : { stuck }),
    ...(parked === undefined ? {} : { parked }),
    ...(groupId === undefined ? {} : { groupId }),
    ...(node === undefined ? {} : { node }),
    ...(olderThanMs === undefined ? {} : { acceptedBefore: ago(now, olderThanMs) }),
    ...(youngerThanMs === undefined ? {} : { acceptedSince: ago(now, youngerThanMs) }),
  };
}

function ago({ at, lived }: Moment, ms: number): Moment {
  return { at: at - ms, lived: lived - ms };
}

export function lanesOf({
  commands,
  pauses,
}: Pick<AskingDesk, 'commands' | 'pauses'>): LanesAnswer {
  const counts = {
    interactive: { waiting: 0, running: 0 },
    bulk: { waiting: 0, running: 0 },
  };
  for (const { stage, command } of commands.registry.all()) {
    if (stage === 'dispatched') counts[command.lane].running++;
    else counts[command.lane].waiting++;
  }
  const standing = (lane: Lane) => {
    const paused = pauses.of(lane);
    return { ...counts[lane], ...(paused === undefined ? {} : { paused }) };
  };
  return { lanes: { interactive: standing('interactive'), bulk: standing('bulk') } };
}
